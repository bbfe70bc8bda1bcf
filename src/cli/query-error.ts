import stringWidth from 'string-width'
import { sqlState } from '../database/index.js'
import { printable } from './printable.js'

/** So much of a long line is shown around a place in it. */
const aroundMax = 60

interface SqlErrorLike {
  readonly message: string
  readonly position?: string | number
  readonly detail?: string
  readonly hint?: string
}

/** Tells where and why PostgreSQL refused a text; any other error stays what it is. */
export function explainQueryError(text: string, error: unknown): unknown {
  const state = sqlState(error)
  if (state === undefined) return error
  const { message, position, detail, hint } = error as SqlErrorLike
  const lines = [
    `${printable(message)} (SQLSTATE ${state})`,
    ...(position === undefined ? [] : place(text, Number(position))),
    ...(detail ? [`Detail: ${printable(detail)}`] : []),
    ...(hint ? [`Hint: ${printable(hint)}`] : []),
  ]
  return new Error(lines.join('\n'), { cause: error })
}

/** The line of a position, which counts characters from 1, with a caret below it. */
function place(text: string, position: number): string[] {
  const before = [...text].slice(0, position - 1).join('')
  const start = before.lastIndexOf('\n') + 1
  const end = text.indexOf('\n', before.length)
  const line = text.slice(start, end < 0 ? text.length : end).trimEnd()
  const at = before.length - start
  const from = at > aroundMax ? at - aroundMax : 0
  const until = Math.min(line.length, at + aroundMax)
  const left = `${from > 0 ? '…' : ''}${printable(line.slice(from, at))}`
  const right = `${printable(line.slice(at, until))}${until < line.length ? '…' : ''}`
  const number = `${before.split('\n').length}`
  return [
    `  ${number} | ${left}${right}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(stringWidth(left))}^`,
  ]
}

import stringWidth from 'string-width'
import { decoderOf, sqlState } from '../database/index.js'
import type { StatementResult } from './statements.js'
import { layTable, totalWidth, widthsOf } from './table.js'
import { countNoun, paint, printable, screenWidth, shorten } from './terminal.js'

/**
 * The results of statements as JSON: a single statement gives its rows, and several give a list
 * with the command, the row count and the rows of each.
 */
export function jsonOfResults(results: readonly StatementResult[]): unknown {
  const [first, ...others] = results
  if (first && others.length === 0) return resultRows(first)
  return results.map((one) => ({
    command: one.command,
    rowCount: one.rowCount ?? null,
    rows: resultRows(one),
  }))
}

/** Prints the results of statements for a person. */
export function printResults(results: readonly StatementResult[]): void {
  console.log(results.map((one) => renderResult(one, screenWidth())).join('\n\n'))
}

/** Prints a notice of the server. */
export function printNotice(notice: string): void {
  console.error(printable(notice))
}

const timestamptz = 1184
const withOffset = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d)(:\d\d)?$/

/** The rows of a result as objects. A number is appended to a repeated column name. */
export function resultRows({ columns, rows }: StatementResult): Record<string, unknown>[] {
  const names: string[] = []
  for (const { name } of columns) {
    let free = name
    for (let count = 2; names.includes(free); count += 1) free = `${name}_${count}`
    names.push(free)
  }
  return rows.map((row) =>
    Object.fromEntries(
      row.map((value, index) => [names[index]!, jsonOf(value, columns[index]!.typeId)]),
    ),
  )
}

function jsonOf(value: string | null, typeId: number): unknown {
  if (value === null) return null
  // A Date would lose the microseconds, and it has no infinity.
  if (typeId === timestamptz) {
    const parts = withOffset.exec(value)
    return parts ? `${parts[1]}T${parts[2]}${parts[3] ?? ':00'}` : value
  }
  const decoded = decoderOf(typeId)(value)
  // JSON has neither NaN nor infinity; they would become null.
  return typeof decoded === 'number' && !Number.isFinite(decoded) ? value : toJson(decoded)
}

/** Bytes in hexadecimal, and a big integer as a number if that is exact. */
function toJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

/** The built-in numeric types, by their oids in `pg_type.dat`. */
const numeric = new Set([20, 21, 23, 26, 700, 701, 790, 1700])
const bytea = 17

/** On a terminal a value gets at most this many lines. */
const valueLinesMax = 8
const byteaWidthMax = 34

/**
 * The result of a statement for a person: a table if it fits the terminal, otherwise one value per
 * line, like `\x auto` in psql. Without a width nothing is cut.
 */
export function renderResult(result: StatementResult, width: number | undefined): string {
  const { command, columns, rows, rowCount } = result
  if (columns.length === 0 && command !== 'SELECT') {
    return rowCount === undefined ? command : `${command} ${rowCount}`
  }
  const names = columns.map(({ name }) => printable(name))
  const cells = rows.map((row) =>
    row.map((value, index) => cellOf(value, columns[index]!.typeId, width)),
  )
  const count = paint('dim', `(${countNoun(rows.length, 'row')})`)
  if (names.length === 0) return count
  const isWide = width !== undefined && totalWidth(widthsOf(names, cells)) > width
  const table = isWide ? expand(names, cells, width) : tableOf(names, cells, columns)
  return `${table}\n${count}`
}

function tableOf(
  names: readonly string[],
  cells: readonly (readonly string[])[],
  columns: StatementResult['columns'],
): string {
  return layTable(
    names.map((name) => paint('bold', name)),
    cells,
    columns.map(({ typeId }) => numeric.has(typeId)),
  )
}

function cellOf(value: string | null, typeId: number, width: number | undefined): string {
  if (value === null) return paint('dim', 'NULL')
  if (width !== undefined && typeId === bytea) return shorten(value, byteaWidthMax)
  return printable(value)
}

function expand(
  names: readonly string[],
  cells: readonly (readonly string[])[],
  width: number,
): string {
  const left = Math.max(...names.map((name) => stringWidth(name)))
  const cut = (text: string) => shorten(text, Math.max(width - left - 3, 8) * valueLinesMax)
  const lines = cells.flatMap((row, index) => {
    const title = `-[ ${index + 1} ]`
    return [
      paint('dim', title.padEnd(Math.min(width, left + 40), '-')),
      ...row.map((text, column) => {
        const name = names[column]!
        const label = `${paint('bold', name)}${' '.repeat(left - stringWidth(name))}`
        return `${label} ${paint('dim', '|')} ${cut(text)}`
      }),
    ]
  })
  return lines.join('\n')
}

/** How much of a long line is shown on each side of a position. */
const aroundMax = 60

interface SqlErrorLike {
  readonly message: string
  readonly position?: string | number
  readonly detail?: string
  readonly hint?: string
}

/** Adds the position, detail and hint of PostgreSQL to an SQL error. Others stay unchanged. */
export function explainSqlError(text: string, error: unknown): unknown {
  const state = sqlState(error)
  if (state === undefined) return error
  const { message, position, detail, hint } = error as SqlErrorLike
  const lines = [
    `${printable(message)} (SQLSTATE ${state})`,
    ...(position === undefined ? [] : showPosition(text, Number(position))),
    ...(detail ? [`Detail: ${printable(detail)}`] : []),
    ...(hint ? [`Hint: ${printable(hint)}`] : []),
  ]
  return new Error(lines.join('\n'), { cause: error })
}

/** The line of a position, which counts characters from 1, with a caret below it. */
function showPosition(text: string, position: number): string[] {
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

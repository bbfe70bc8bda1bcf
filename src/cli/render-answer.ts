import stringWidth from 'string-width'
import type { Answer } from './answer.js'
import { countNoun } from './count-noun.js'
import { paint } from './paint.js'
import { printable } from './printable.js'
import { layTable, totalWidth, widthsOf } from './render-table.js'
import { shorten } from './shorten.js'

/** The built-in types whose values are numbers, by their oids in `pg_type.dat`. */
const numeric = new Set([20, 21, 23, 26, 700, 701, 790, 1700])
const bytea = 17

/** On a terminal nobody reads more of one value. */
const valueLinesMax = 8
const byteaWidthMax = 34

/**
 * What a statement answered, as a person reads it: a table where it fits the terminal, otherwise
 * one value a line, as psql has it with `\x auto`. Where there is no width nothing is cut.
 */
export function renderAnswer(answer: Answer, width: number | undefined): string {
  const { command, columns, rows, rowCount } = answer
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
  columns: Answer['columns'],
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

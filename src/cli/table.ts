import stringWidth from 'string-width'
import { paint, printable, shorten } from './terminal.js'

/** Rows with headings, for a person as a table and for a program as JSON. */
export interface TableContent {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** How a table is laid out. */
export interface TableLayout {
  /** The columns of the terminal; without it the table is as wide as its content. */
  readonly width?: number | undefined
  /** The columns to shorten if the table is too wide, and which end of their texts to keep. */
  readonly cut?: Readonly<Record<string, 'start' | 'end'>>
  /** The columns to leave out, in this order, before others are shortened too much. */
  readonly drop?: readonly string[]
  /** Without colour, for a table inside an error message. */
  readonly isPlain?: boolean
}

/** The colours of certain cells. */
const colours = {
  yes: 'green',
  no: 'red',
  ok: 'green',
  dirty: 'yellow',
  applied: 'green',
  pending: 'yellow',
  archived: 'dim',
} as const

const gap = 2

/** A shortened text of this width can still be told from others. */
const cutWidthMin = 20

/** A table of plain text with space between its columns. Numbers are aligned to the right. */
export function renderTable(content: TableContent, layout: TableLayout = {}): string {
  const printables = content.rows.map((row) => row.map((cell) => printable(String(cell))))
  const shown = columnsThatFit(content.columns, printables, layout)
  const only = <T>(row: readonly T[]) => shown.map((index) => row[index]!)
  const columns = only(content.columns)
  const cells = cutToFit(columns, printables.map(only), layout)
  return layTable(
    layout.isPlain ? columns : columns.map((column) => paint('bold', column)),
    layout.isPlain ? cells : cells.map((row) => row.map(colour)),
    shown.map((index) => content.rows.every((row) => typeof row[index] === 'number')),
  )
}

/** Lays out cells that are already safe for a terminal. */
export function layTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  toTheRight: readonly boolean[],
): string {
  const widths = widthsOf(head, rows)
  const lines = [head, ...rows].map((row) => {
    const cells = row.map((cell, index) => {
      const space = ' '.repeat(widths[index]! - stringWidth(cell))
      return toTheRight[index] ? space + cell : cell + space
    })
    return cells.join(' '.repeat(gap)).trimEnd()
  })
  return lines.join('\n')
}

/** The width of each column if no cell is shortened. */
export function widthsOf(columns: readonly string[], rows: readonly (readonly string[])[]) {
  return columns.map((column, index) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[index]!)), stringWidth(column)),
  )
}

/** The width of a table with columns of these widths. */
export function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap, -gap)
}

/** The indexes of the columns that fit. */
function columnsThatFit(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { width, cut = {}, drop = [] }: TableLayout,
): number[] {
  let shown = columns.map((_, index) => index)
  if (width === undefined) return shown
  const widths = widthsOf(columns, rows).map((full, index) =>
    columns[index]! in cut ? Math.min(full, cutWidthMin) : full,
  )
  for (const name of drop) {
    if (totalWidth(shown.map((index) => widths[index]!)) <= width) break
    shown = shown.filter((index) => columns[index] !== name)
  }
  return shown
}

function cutToFit(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { width, cut = {} }: TableLayout,
): readonly (readonly string[])[] {
  if (width === undefined) return rows
  const widths = widthsOf(columns, rows)
  // The widest column gives up space first, so that none loses much while another has room.
  for (let over = totalWidth(widths) - width; over > 0; over -= 1) {
    const widest = Object.keys(cut)
      .map((name) => columns.indexOf(name))
      .filter((index) => widths[index]! > cutWidthMin)
      .sort((a, b) => widths[b]! - widths[a]!)[0]
    if (widest === undefined) break
    widths[widest]! -= 1
  }
  return rows.map((row) =>
    row.map((text, index) => {
      const keep = cut[columns[index]!]
      return keep ? shorten(text, widths[index]!, keep) : text
    }),
  )
}

function colour(text: string): string {
  const format = colours[text as keyof typeof colours]
  return format ? paint(format, text) : text
}

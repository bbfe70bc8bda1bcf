import Table from 'cli-table3'
import stringWidth from 'string-width'
import { paint } from './paint.js'
import { printable } from './printable.js'
import { shorten } from './shorten.js'

/** Rows under headings, as a person reads them and as `--json` prints them. */
export interface TableContent {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** How a table is laid out. */
export interface TableLayout {
  /** So many columns of a terminal; as many as it takes by default. */
  readonly width?: number | undefined
  /** The columns that are cut where it would be wider, and which end of their texts is kept. */
  readonly cut?: Readonly<Record<string, 'start' | 'end'>>
  /** The columns that are left out, one after the other, before others are cut too much. */
  readonly drop?: readonly string[]
  /** Without colour, as a part of an error is, whose texts are shown as they are. */
  readonly isPlain?: boolean
}

/** Marks in a cell, and their colours. */
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

/** What is left of a text that is cut can still be told from others. */
const cutWidthMin = 20

/** A table of plain text, numbers to the right, with space between its columns. */
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

/** Lays cells out that are fit for a terminal already. */
export function layTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  toTheRight: readonly boolean[],
): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' }
  const table = new Table({
    head: [...head],
    colAligns: toTheRight.map((right) => (right ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
    chars: {
      ...none,
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      right: '',
      middle: ' ',
      mid: '',
      'left-mid': '',
      'mid-mid': '',
      'right-mid': '',
    },
  })
  for (const row of rows) table.push([...row])
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** How wide a table is whose cells are not cut. */
export function widthsOf(columns: readonly string[], rows: readonly (readonly string[])[]) {
  return columns.map((column, index) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[index]!)), stringWidth(column)),
  )
}

/** The columns that a table takes. */
export function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap, -gap)
}

/** The places of the columns that there is room for. */
function columnsThatFit(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { width, cut = {}, drop = [] }: TableLayout,
): number[] {
  const all = columns.map((_, index) => index)
  if (width === undefined) return all
  const widths = widthsOf(columns, rows).map((full, index) =>
    columns[index]! in cut ? Math.min(full, cutWidthMin) : full,
  )
  const dropped = new Set<number>()
  const left = () => all.filter((index) => !dropped.has(index))
  for (const name of drop) {
    if (totalWidth(left().map((index) => widths[index]!)) <= width) break
    dropped.add(columns.indexOf(name))
  }
  return left()
}

function cutToFit(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { width, cut = {} }: TableLayout,
): readonly (readonly string[])[] {
  if (width === undefined) return rows
  const widths = widthsOf(columns, rows)
  // The widest gives up first, so that none is cut to nothing beside one that has room.
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

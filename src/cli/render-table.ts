import Table from 'cli-table3'
import { paint } from './paint.js'
import { printable } from './printable.js'

/** Rows under headings, as a person reads them and as `--json` prints them. */
export interface TableContent {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** Marks in a cell, and their colours. */
const colours = { yes: 'green', no: 'red', ok: 'green', dirty: 'yellow' } as const

/** A table of plain text, numbers to the right, with a rule under its headings. */
export function renderTable({ columns, rows }: TableContent): string {
  const isNumber = columns.map((_, index) => rows.every((row) => typeof row[index] === 'number'))
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' }
  const table = new Table({
    head: columns.map((column) => paint('bold', column)),
    colAligns: isNumber.map((number) => (number ? 'right' : 'left')),
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
  for (const row of rows) table.push(row.map(cell))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

function cell(content: string | number): string {
  const text = printable(String(content))
  const colour = colours[text as keyof typeof colours]
  return colour ? paint(colour, text) : text
}

import type { Finding } from './law.js'
import { noRows, type Rows, type StoredRow, type TableRows } from './row-reader.js'

/**
 * Rows of one table that are not the same, each as a finding; `isIn` narrows which are compared.
 */
export function differingRows(
  what: string,
  table: string,
  before: Rows,
  after: Rows,
  isIn: (row: StoredRow) => boolean = () => true,
): Finding[] {
  const [expected, actual] = [before.get(table) ?? noRows, after.get(table) ?? noRows]
  if (expected === actual) return []
  const keys = new Set([...expected.keys(), ...actual.keys()])
  return [...keys].flatMap((key) => {
    const [one, other] = [wanted(expected, key, isIn), wanted(actual, key, isIn)]
    if (one?.text === other?.text) return []
    return [describe(what, `${table} ${key}`, one?.values, other?.values)]
  })
}

function wanted(rows: TableRows, key: string, isIn: (row: StoredRow) => boolean) {
  const row = rows.get(key)
  return row && isIn(row) ? row : undefined
}

type Values = StoredRow['values']

const wholeRowMax = 160

/** The columns that differ, or the beginning of the row where there is one on one side only. */
export function describe(
  what: string,
  row: string,
  expected: Values | undefined,
  actual: Values | undefined,
): Finding {
  const names = Object.keys(expected ?? actual ?? {}).filter(
    (name) => !expected || !actual || expected[name] !== actual[name],
  )
  const shown = (values: Values | undefined) => {
    if (!values) return 'no row'
    const text = names.map((name) => `${name} ${JSON.stringify(values[name])}`).join(', ')
    const isWhole = !expected || !actual
    return isWhole && text.length > wholeRowMax ? `${text.slice(0, wholeRowMax)}...` : text
  }
  return { what: `${what}: ${row}`, expected: shown(expected), actual: shown(actual) }
}

/** Every difference between two readings of a whole schema. */
export function allDifferingRows(what: string, before: Rows, after: Rows): Finding[] {
  const tables = new Set([...before.keys(), ...after.keys()])
  return [...tables].flatMap((table) => differingRows(what, table, before, after))
}

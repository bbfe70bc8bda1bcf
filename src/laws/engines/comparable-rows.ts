import type { Catalog } from '../../migrations/index.js'
import type { ManifestTable } from '../../schema/index.js'
import { isGenerated } from '../is-generated.js'
import { liveTable, pinTable, snapshotTable } from '../law.js'
import { byId, idOf, type Rows, type StoredRow } from '../row-reader.js'

/**
 * What two engines that did the same cannot have the same, as no operation is told it:
 *
 * - an id that the database made up is `random`, unless the history has a name for it;
 * - a number that the database generates is its rank in the column, since a transaction that was
 *   rolled back has used up some, and an engine may have begun with one;
 * - a time is `a time` in the tables that the host writes to by itself, which puts in the
 *   database's own. In the others every time is one that an operation was given.
 */
export function comparableRows(
  rows: Rows,
  { catalog, names }: { readonly catalog: Catalog; readonly names: ReadonlyMap<string, string> },
): Rows {
  const tables = new Map(catalog.tables.map((table) => [table.name, table]))
  return new Map(
    [...rows].map(([name, stored]) => [name, comparable(tables.get(name)!, stored, names)]),
  )
}

const givenTimes: ReadonlySet<string> = new Set(['chats', snapshotTable, liveTable, pinTable])

/** The ids that a history gives, and those of the owners. */
const givenId = /^[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}$/

function comparable(
  table: ManifestTable,
  stored: ReadonlyMap<string, StoredRow>,
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string, StoredRow> {
  const types = new Map(table.columns.map(({ name, type }) => [name, type]))
  const hasGivenTimes = givenTimes.has(table.name)
  const ranks = new Map(
    table.columns
      .filter(isGenerated)
      .map(({ name }) => [name, ranksOf([...stored.values()].map(({ values }) => values[name]!))]),
  )
  const one = (name: string, value: string | null): string | null => {
    if (value === null) return null
    const rank = ranks.get(name)?.get(value)
    if (rank !== undefined) return `number ${rank}`
    const type = types.get(name)
    if (type === 'uuid') return names.get(value) ?? (givenId.test(value) ? value : 'random')
    if (type === 'timestamp with time zone' && !hasGivenTimes) return 'a time'
    return value
  }
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? []
  const made = [...stored.values()].map(({ values }) => {
    const own = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, one(name, value)]),
    )
    return { values: own, text: JSON.stringify(own), place: '' }
  })
  // Rows whose whole key the database made up are told apart by their order.
  const ordered = made.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  return byId(ordered.map((row) => [idOf(row.values, key), row]))
}

/** Each value by its place among all, smallest first. */
function ranksOf(values: readonly (string | null)[]): ReadonlyMap<string, number> {
  const sorted = [...new Set(values.filter((value) => value !== null))]
    .map(BigInt)
    .sort((a, b) => (a < b ? -1 : 1))
  return new Map(sorted.map((value, index) => [String(value), index + 1]))
}

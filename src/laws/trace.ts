import type { Catalog, ManifestTable } from '../catalog/index.js'
import {
  type HistoryRun,
  type ModelledDatabase,
  type TraceEntry,
  withNames,
} from './history-run.js'
import { liveTable, pinTable, snapshotTable } from './model/rows.js'
import { type Outcome, plainOutcome } from './outcome.js'
import { byId, idOf, isGenerated, type Rows, type StoredRow } from './row-reader.js'

/** Adds a step to the trace of a run, if it has one. */
export function trace(
  run: HistoryRun,
  { reader }: ModelledDatabase,
  step: Pick<TraceEntry, 'notifications' | 'rows'> & { readonly outcome: Outcome },
): void {
  const named = (text: string) => withNames(run, text)
  run.trace?.push({
    says: run.said.at(-1)!,
    answer: named(comparableAnswer(step.outcome)),
    notifications: step.notifications.map(named),
    rows: comparableRows(step.rows, reader.catalog, run.names),
  })
}

/** Without the numbers that a database generates, which {@link comparableRows} ranks. */
function comparableAnswer(outcome: Outcome): string {
  if (outcome.refusal) return [plainOutcome(outcome), outcome.refusal.state].join(' ').trimEnd()
  const { ids, ...rest } = Object(outcome.answer) as { readonly ids?: unknown }
  const answer = Array.isArray(ids) ? { ...rest, ids: ids.length } : outcome.answer
  return String(plainOutcome({ answer }))
}

/**
 * Rows without the values that no operation was given, and that two engines cannot have in common:
 *
 * - a generated id is `random`, unless the history has a name for it;
 * - a generated number is its rank in the column, because a transaction that was rolled back has
 *   used numbers, and engines may start with different ones;
 * - a time is `a time` in tables that the host writes to, which uses the time of the database.
 */
function comparableRows(rows: Rows, catalog: Catalog, names: ReadonlyMap<string, string>): Rows {
  const tables = new Map(catalog.tables.map((table) => [table.name, table]))
  return new Map(
    [...rows].map(([name, stored]) => [name, comparable(tables.get(name)!, stored, names)]),
  )
}

/** The tables in which every time was given to an operation. */
const givenTimes: ReadonlySet<string> = new Set(['chats', snapshotTable, liveTable, pinTable])

/** The form of the ids that a history gives. */
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
  const comparableValue = (name: string, value: string | null): string | null => {
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
      Object.entries(values).map(([name, value]) => [name, comparableValue(name, value)]),
    )
    return { values: own, text: JSON.stringify(own), place: '' }
  })
  // Rows whose keys were generated are told apart by their order.
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

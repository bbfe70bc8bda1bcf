import type { Finding, HistoryStep } from './law.js'
import type { Content } from './model/live-context.js'
import type { Model } from './model/model.js'
import {
  contentValues,
  expectedRows,
  liveTable,
  type pinTable,
  sharedTables,
} from './model/rows.js'
import { type Rows, rowsOf, type StoredRow } from './row-reader.js'

type Values = StoredRow['values']

/** The values of a row, if it exists. */
export const valuesOf = (rows: Rows, table: string, id: string): Values | undefined =>
  rows.get(table)?.get(id)?.values

/** What a check finds in the chats after a step, with their values before it, if they existed. */
export const inChats = (
  { before, after }: HistoryStep,
  check: (id: string, values: Values, old: Values | undefined) => readonly Finding[],
): Finding[] =>
  [...rowsOf(after.rows, 'chats')].flatMap(([id, { values }]) =>
    check(id, values, valuesOf(before.rows, 'chats', id)),
  )

/** One finding if two values differ. */
export const unequal = (what: string, expected: unknown, actual: unknown): Finding[] =>
  expected === actual ? [] : [{ what, expected: String(expected), actual: String(actual) }]

/** The rows of one table that differ between two readings; `isIn` selects the rows to compare. */
export function differingRows(
  what: string,
  table: string,
  before: Rows,
  after: Rows,
  isIn: (row: StoredRow) => boolean | undefined = () => true,
): Finding[] {
  const [expected, actual] = [rowsOf(before, table), rowsOf(after, table)]
  if (expected === actual) return []
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((key) => {
    const [one, other] = [expected, actual].map((rows) => {
      const row = rows.get(key)
      return row && isIn(row) ? row : undefined
    })
    if (one?.text === other?.text) return []
    return [describe(what, `${table} ${key}`, one?.values, other?.values)]
  })
}

const wholeRowMax = 160

/** The columns that differ, or the beginning of the row if it exists on one side only. */
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

/** Every difference between two readings of a schema. */
export function allDifferingRows(what: string, before: Rows, after: Rows): Finding[] {
  const tables = new Set([...before.keys(), ...after.keys()])
  return [...tables].flatMap((table) => differingRows(what, table, before, after))
}

/** The rows that differ from the model, in all tables that the model covers or in some of them. */
export function unexpectedRows(
  what: string,
  model: Model,
  rows: Rows,
  only?: readonly string[],
): Finding[] {
  return [...expectedRows(model)].flatMap(([table, expected]) => {
    if (only && !only.includes(table)) return []
    const stored = rowsOf(rows, table)
    const others = sharedTables.has(table) ? [] : stored.keys()
    return [...new Set([...expected.keys(), ...others])].flatMap((key) => {
      const [wanted, found] = [expected.get(key), stored.get(key)?.values]
      return isAsExpected(wanted, found) ? [] : [describe(what, `${table} ${key}`, wanted, found)]
    })
  })
}

/** Whether a row has all expected values; it may have more columns. */
function isAsExpected(wanted: Values | undefined, found: Values | undefined): boolean {
  if (!wanted || !found) return wanted === found
  return Object.entries(wanted).every(([name, value]) => found[name] === value)
}

/** Missing and surplus notifications, in any order. */
export function unexpectedNotifications({
  expected,
  actual,
}: HistoryStep['notifications']): Finding[] {
  const [one, other] = [expected, actual].map((events) => events.toSorted().join('\n'))
  if (one === other) return []
  const text = (events: string | undefined) => events || 'nothing'
  return [{ what: 'what listeners received', expected: text(one), actual: text(other) }]
}

/** The resources of an agent, or the pins of a chat, by source. */
export function resourcesOf(
  rows: Rows,
  table: typeof liveTable | typeof pinTable,
  id: string,
): ReadonlyMap<string, StoredRow> {
  const owner = table === liveTable ? 'workspace_agent_id' : 'chat_id'
  const own = [...rowsOf(rows, table).values()].filter(({ values }) => values[owner] === id)
  return new Map(own.map((row) => [row.values.source!, row]))
}

/** The rows of {@link resourcesOf} that differ from what was pushed, apart from their times. */
export function unexpectedResources(
  what: string,
  pushed: ReadonlyMap<string, Content>,
  found: ReadonlyMap<string, StoredRow>,
): Finding[] {
  return [...new Set([...pushed.keys(), ...found.keys()])].flatMap((source) => {
    const content = pushed.get(source)
    const [expected, actual] = [content && contentValues(content), found.get(source)?.values]
    return isAsExpected(expected, actual) ? [] : [describe(what, source, expected, actual)]
  })
}

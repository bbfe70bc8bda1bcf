import { type CatalogFact, type CatalogState, readRows, tableName } from '../../catalog/index.js'
import type { Queryable } from '../../database/index.js'
import { without } from '../text-difference.js'

/** A column of a table at one moment. */
interface Column {
  readonly number: number
  readonly name: string
  readonly type: string
}

/** The rows of a table at one moment, by column, so that columns can be compared separately. */
export interface TableRows {
  /** With its schema, such as `public.chats`. */
  readonly table: string
  /** The partitioned table that it belongs to, and the tables that it inherits from. */
  readonly parents: readonly string[]
  readonly columns: readonly Column[]
  /** The values as text, because JSON numbers are not exact, in the order of the columns. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Reads tables by oid, at the moment of a state. A table that does not exist is left out. */
export async function readTables(
  database: Queryable,
  state: CatalogState,
  oids: readonly number[],
): Promise<Map<number, TableRows>> {
  const tables = new Map<number, TableRows>()
  for (const oid of oids) {
    const table = tableOf(state, oid)
    if (!table) continue
    const columns = columnsOf(state, oid)
    const name = tableName({ schema: table.schema ?? 'pg_catalog', name: table.name })
    const rows = await readRows(database, { name, columns: columns.map((one) => one.name) })
    tables.set(oid, { table: shortTitle(table), parents: ancestorsOf(state, table), columns, rows })
  }
  return tables
}

/** The table, or materialized view, with an oid. */
function tableOf({ units }: CatalogState, oid: number): CatalogFact | undefined {
  return units.get(oid)?.facts.find(({ kind }) => kind === 'table' || kind.endsWith('view'))
}

/** The columns of a table in their order. */
function columnsOf({ units }: CatalogState, oid: number): Column[] {
  return (units.get(oid)?.facts ?? [])
    .filter(({ kind }) => kind === 'column')
    .map(({ place, name, text }) => ({ number: place, name, type: JSON.parse(text).type }))
    .sort((one, other) => one.number - other.number)
}

const shortTitle = ({ title }: CatalogFact) => title.replace(/^(?:table|materialized view) /, '')

function ancestorsOf(state: CatalogState, table: CatalogFact): string[] {
  const parents: string[] = JSON.parse(table.text).parents ?? []
  const tables = [...state.units.keys()].map((oid) => tableOf(state, oid))
  return parents.flatMap((parent) => {
    const above = tables.find((one) => one?.title === `table ${parent}`)
    return [parent, ...(above ? ancestorsOf(state, above) : [])]
  })
}

/** The largest number of differing rows that are shown. */
const rowsMax = 5

/**
 * The oids of a table before and after: the same, or those of two tables with the same name.
 */
export interface KeptTable {
  readonly before: number
  readonly after: number
}

/**
 * The tables that exist before and after and whose rows or columns may have changed in between.
 * PostgreSQL's counters show that the others have not changed. A table that was created again under
 * the same name counts as the same table.
 *
 * @param isCounted Whether the counters are reliable.
 */
export function suspiciousTables({
  before,
  after,
  isCounted,
}: {
  before: CatalogState
  after: CatalogState
  isCounted: boolean
}): KeptTable[] {
  return [...before.changes].flatMap(([oid, changes]) => {
    const isUnchanged = after.changes.get(oid) === changes && !hasNewColumn(oid, before, after)
    if (isCounted && isUnchanged) return []
    const successor = successorOf(oid, before, after)
    return successor === undefined ? [] : { before: oid, after: successor }
  })
}

/** Whether a table has a column that was created since: column numbers are never reused. */
function hasNewColumn(oid: number, before: CatalogState, after: CatalogState): boolean {
  if (before.units.get(oid) === after.units.get(oid)) return false
  const numbersIn = (state: CatalogState) => columnsOf(state, oid).map(({ number }) => number)
  const known = new Set(numbersIn(before))
  return numbersIn(after).some((number) => !known.has(number))
}

/**
 * The oid of a table in a later state: its own, or that of a new table with the same name.
 */
export function successorOf(
  oid: number,
  before: CatalogState,
  after: CatalogState,
): number | undefined {
  if (after.changes.has(oid)) return oid
  const name = tableOf(before, oid)?.title
  const isIt = (one: number) => !before.changes.has(one) && tableOf(after, one)?.title === name
  return [...after.changes.keys()].find(isIt)
}

/** Existing rows of a table that a migration lost. */
export interface LostRows {
  /** Rows that the up changed or removed and the down did not restore. */
  readonly byUp: readonly string[]
  /** Rows that the down changed or removed. */
  readonly byDown: readonly string[]
  /** Rows that the down added. */
  readonly instead: readonly string[]
}

/** The rows of a table before the up, after it, after its fixture, and after the down. */
export interface Moments {
  readonly before: TableRows
  readonly up: TableRows
  readonly loaded: TableRows
  readonly down: TableRows
}

/**
 * Finds the rows that existed before and do not exist after the down, and whether the up or the
 * down lost them. Compares the columns that keep their type through the up, even if they are
 * renamed. Added rows and rows that the fixture changes do not count.
 *
 * @param isSame Whether the table stayed, rather than being created again by the up.
 */
export function lostRows({ before, up, loaded, down }: Moments, isSame: boolean): LostRows {
  const moments = [before, up, loaded, down]
  // For each column that stays: its place at each of the moments.
  const columns = before.columns
    .map((column) =>
      moments.map((moment) =>
        moment.columns.findIndex(({ number, name, type }) => {
          const isIt = isSame && moment !== down ? number === column.number : name === column.name
          return isIt && type === column.type
        }),
      ),
    )
    .filter((places) => !places.includes(-1))
  const [first, middle, whole, last] = moments.map(({ rows }, moment) =>
    rows.map((row) => {
      const values = columns.map((places) => [
        before.columns[places[0]!]!.name,
        row[places[moment]!],
      ])
      return JSON.stringify(Object.fromEntries(values))
    }),
  ) as [string[], string[], string[], string[]]
  const gone = without(first, last)
  const byUp = inBoth(gone, without(first, middle))
  return {
    byUp,
    byDown: inBoth(without(gone, byUp), whole),
    instead: without(without(last, first), whole),
  }
}

const inBoth = (rows: readonly string[], others: readonly string[]) =>
  without(rows, without(rows, others))

/** The first rows with a prefix, and the number of the others. */
export function showRows(mark: string, rows: readonly string[]): string[] {
  const shown = rows.slice(0, rowsMax).map((row) => `${mark} ${row}`)
  return rows.length > rowsMax ? [...shown, `... and ${rows.length - rowsMax} more`] : shown
}

/**
 * Whether a script contains a command that writes to a table or to a parent of it.
 */
export function writesTo(text: string, { table, parents }: TableRows): boolean {
  const bare = text.replace(/--.*|\/\*[\s\S]*?\*\//g, ' ')
  return [table, ...parents].some((one) => writesToOne(bare, one))
}

function writesToOne(text: string, table: string): boolean {
  const bare = table.split('.').at(-1)!.replaceAll('"', '')
  const name = bare.replace(/[^\w]/g, '\\$&')
  const verbs =
    'update|delete\\s+from|insert\\s+into|merge\\s+into|truncate(?:\\s+table)?(?:[^;]*,)?' +
    '|drop\\s+table(?:\\s+if\\s+exists)?(?:[^;]*,)?'
  const where = `(?:only\\s+)?(?:"?[\\w$]+"?\\.)?"?${name}"?(?![\\w$])`
  return new RegExp(`\\b(?:${verbs})\\s+${where}`, 'i').test(text)
}

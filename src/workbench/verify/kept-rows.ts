import { type Queryable, quoteIdentifier } from '../../database/index.js'
import type { CatalogState } from '../../harness/index.js'
import { without } from '../text-difference.js'

/** A column of a table at one moment. */
interface Column {
  readonly number: number
  readonly name: string
  readonly type: string
}

/** The rows of a table at one moment, by column, so that columns can be compared separately. */
export interface TableRows {
  /** Quoted, with its schema. */
  readonly table: string
  /** The partitioned table that it belongs to, and the tables that it inherits from. */
  readonly parents: readonly string[]
  readonly columns: readonly Column[]
  /** The values as text, because JSON numbers are not exact, in the order of the columns. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Reads tables by oid. A table that does not exist is left out. */
export async function readRows(
  database: Queryable,
  oids: readonly string[],
): Promise<Map<string, TableRows>> {
  const { rows: found } = await database.query<Omit<TableRows, 'rows'> & { oid: string }>(
    `SELECT c.oid::text AS oid, format('%I.%I', n.nspname, c.relname) AS table,
            to_jsonb(ARRAY(
              WITH RECURSIVE above (oid) AS (
                SELECT inhparent FROM pg_catalog.pg_inherits WHERE inhrelid = c.oid
                UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i
                JOIN above ON i.inhrelid = above.oid
              )
              SELECT format('%I.%I', pn.nspname, p.relname)
              FROM above JOIN pg_catalog.pg_class p USING (oid)
              JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace)) AS parents,
            (SELECT coalesce(jsonb_agg(jsonb_build_object(
                      'number', a.attnum, 'name', a.attname,
                      'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum), '[]')
             FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = ANY ($1::oid[])`,
    [oids],
  )
  const tables = new Map<string, TableRows>()
  for (const { oid, ...table } of found) {
    const values = table.columns.map(({ name }) => `${quoteIdentifier(name)}::text`)
    const { rows } = await database.query<{ row: (string | null)[] }>(
      `SELECT ARRAY[${values}]::text[] AS row FROM ONLY ${table.table}`,
    )
    tables.set(oid, { ...table, rows: rows.map(({ row }) => row) })
  }
  return tables
}

/** The largest number of differing rows that are shown. */
const rowsMax = 5

/**
 * The oids of a table before and after: the same, or those of two tables with the same name.
 */
export interface KeptTable {
  readonly before: string
  readonly after: string
}

/**
 * The tables that exist before and after and whose rows or columns may have changed in between.
 * PostgreSQL's counters show that the others have not changed. A table that was created again under
 * the same name counts as the same table.
 *
 * @param database The database in its later state.
 * @param isCounted Whether the counters are reliable.
 */
export async function suspiciousTables(
  database: Queryable,
  { before, after, isCounted }: { before: CatalogState; after: CatalogState; isCounted: boolean },
): Promise<KeptTable[]> {
  const renewed = await withNewColumns(database, before, after)
  const suspects: KeptTable[] = []
  for (const [oid, changes] of before.changes) {
    const now = after.changes.get(oid)
    if (isCounted && now === changes && !renewed.has(oid)) continue
    const successor = successorOf(oid, before, after)
    if (successor !== undefined) suspects.push({ before: oid, after: successor })
  }
  return suspects
}

/** Tables with a column that was created since. */
async function withNewColumns(
  database: Queryable,
  before: CatalogState,
  after: CatalogState,
): Promise<Set<string>> {
  const more = [...before.columns].filter(([oid, count]) => {
    const now = after.columns.get(oid)
    return now !== undefined && now !== count
  })
  if (more.length === 0) return new Set()
  const { rows } = await database.query<{ oid: string }>(
    `SELECT DISTINCT a.attrelid::text AS oid
     FROM unnest($1::oid[], $2::integer[]) AS known (oid, columns)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = known.oid AND a.attnum > known.columns
     WHERE NOT a.attisdropped`,
    [more.map(([oid]) => oid), more.map(([, count]) => Number(count))],
  )
  return new Set(rows.map(({ oid }) => oid))
}

/**
 * The oid of a table in a later state: its own, or that of a new table with the same name.
 */
export function successorOf(
  oid: string,
  before: CatalogState,
  after: CatalogState,
): string | undefined {
  if (after.changes.has(oid)) return oid
  const name = tableNameOf(before, oid)
  const isIt = (one: string) => !before.changes.has(one) && tableNameOf(after, one) === name
  return [...after.changes.keys()].find(isIt)
}

const tableNameOf = ({ units }: CatalogState, oid: string) =>
  [...(units.get(oid)?.entries.keys() ?? [])].find((name) =>
    /^(?:table|materialized view) /.test(name),
  )

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
  const named = (column: Column, table: TableRows) =>
    table.columns.findIndex(({ name, type }) => name === column.name && type === column.type)
  const left = (column: Column, table: TableRows) =>
    isSame
      ? table.columns.findIndex(
          ({ number, type }) => number === column.number && type === column.type,
        )
      : named(column, table)
  const columns = before.columns
    .map((column, own) => ({
      name: column.name,
      places: {
        own,
        up: left(column, up),
        loaded: left(column, loaded),
        down: named(column, down),
      },
    }))
    .filter(({ places }) => Object.values(places).every((place) => place >= 0))
  const cut = ({ rows }: TableRows, moment: 'own' | 'up' | 'loaded' | 'down') =>
    rows.map((row) =>
      JSON.stringify(
        Object.fromEntries(columns.map(({ name, places }) => [name, row[places[moment]]])),
      ),
    )
  const [first, middle] = [cut(before, 'own'), cut(up, 'up')]
  const [whole, last] = [cut(loaded, 'loaded'), cut(down, 'down')]
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

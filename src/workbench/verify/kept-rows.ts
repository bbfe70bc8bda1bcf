import type { Queryable } from '../../database/database.js'
import { quoteIdentifier } from '../../database/quote-identifier.js'
import type { CatalogState } from '../../harness/catalog-state.js'

/** So many rows are shown of those that differ. */
const rowsMax = 5

interface Column {
  readonly number: number
  readonly name: string
  readonly type: string
}

/** The rows of a table at one moment, read column by column so that they can be cut down. */
export interface TableRows {
  /** Quoted, with its schema. */
  readonly table: string
  readonly columns: readonly Column[]
  /** The values of each as text, in the order of the columns: no number of JSON is exact. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/**
 * The tables that were there before and after, by oid, and of which a row may have been changed or
 * removed between the two; for all others the counters of PostgreSQL say that none was.
 */
export function suspiciousTables(before: CatalogState, after: CatalogState): string[] {
  return [...before.changes]
    .filter(([oid, changes]) => {
      const now = after.changes.get(oid)
      return now !== undefined && now !== changes
    })
    .map(([oid]) => oid)
}

/** Reads tables by oid; one that is not there is left out. */
export async function readTables(
  database: Queryable,
  oids: readonly string[],
): Promise<Map<string, TableRows>> {
  const { rows: found } = await database.query<{ oid: string; table: string; columns: Column[] }>(
    `SELECT c.oid::text AS oid, format('%I.%I', n.nspname, c.relname) AS table,
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
  for (const { oid, table, columns } of found) {
    const values = columns.map(({ name }) => `${quoteIdentifier(name)}::text`)
    const { rows } = await database.query<{ row: (string | null)[] }>(
      `SELECT ARRAY[${values}]::text[] AS row FROM ONLY ${table}`,
    )
    tables.set(oid, { table, columns, rows: rows.map(({ row }) => row) })
  }
  return tables
}

/** What became of the rows of a table that were there before. */
export interface LostRows {
  readonly table: string
  /** Rows that the up no longer had as they were. */
  readonly byUp: readonly string[]
  /** Rows that were still there before the down, and were not after it. */
  readonly byDown: readonly string[]
  /** Rows that the down made. */
  readonly instead: readonly string[]
}

/** A table before an up, right after it, with its fixture as well, and after the down. */
export interface Moments {
  readonly before: TableRows
  readonly up: TableRows
  readonly loaded: TableRows
  readonly down: TableRows
}

/**
 * Looks for rows that were there before and are not there in the end, in the columns that are the
 * same at all moments, and for who did it. Rows that were added do not matter, and neither do
 * those that the fixture changed.
 */
export function lostRows({ before, up, loaded, down }: Moments): LostRows {
  const columns = before.columns.filter((column) =>
    [up, loaded, down].every((table) => sameIn(column, table.columns)),
  )
  const cut = ({ rows, columns: own }: TableRows) => {
    const places = columns.map(({ name }) => own.findIndex((one) => one.name === name))
    return rows.map((row) =>
      JSON.stringify(
        Object.fromEntries(columns.map(({ name }, index) => [name, row[places[index]!]])),
      ),
    )
  }
  const [first, last, whole] = [cut(before), cut(down), cut(loaded)]
  const gone = without(first, last)
  const byUp = without(first, cut(up))
  return {
    table: before.table,
    byUp,
    byDown: without(gone, without(gone, whole)),
    instead: without(without(last, first), whole),
  }
}

function sameIn(column: Column, columns: readonly Column[]): boolean {
  return columns.some(
    ({ number, name, type }) =>
      number === column.number && name === column.name && type === column.type,
  )
}

/** Of equal rows as many are taken away as there are others. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1)
  return rows.filter((row) => {
    const count = counts.get(row) ?? 0
    if (count > 0) counts.set(row, count - 1)
    return count === 0
  })
}

/** Some of the rows with a mark in front, and how many more there are. */
export function showRows(mark: string, rows: readonly string[]): string[] {
  const shown = rows.slice(0, rowsMax).map((row) => `${mark} ${row}`)
  return rows.length > rowsMax ? [...shown, `... and ${rows.length - rowsMax} more`] : shown
}

/** Whether a script names a table as one that it writes to, and so changes rows on purpose. */
export function writesTo(text: string, table: string): boolean {
  const bare = table.split('.').at(-1)!.replaceAll('"', '')
  const name = bare.replace(/[^\w]/g, '\\$&')
  const verbs =
    'update|delete\\s+from|insert\\s+into|merge\\s+into|truncate(?:\\s+table)?(?:[^;]*,)?'
  const where = `(?:only\\s+)?(?:"?[\\w$]+"?\\.)?"?${name}"?(?![\\w$])`
  return new RegExp(`\\b(?:${verbs})\\s+${where}`, 'i').test(text)
}

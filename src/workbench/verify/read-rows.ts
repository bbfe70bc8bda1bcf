import { type Queryable, quoteIdentifier } from '../../database/index.js'

/** A column of a table at one moment. */
export interface Column {
  readonly number: number
  readonly name: string
  readonly type: string
}

/** The rows of a table at one moment, read column by column so that they can be cut down. */
export interface TableRows {
  /** Quoted, with its schema. */
  readonly table: string
  /** What it is a part of, if it is one: partitioned tables, and tables that it inherits from. */
  readonly parents: readonly string[]
  readonly columns: readonly Column[]
  /** The values of each as text, in the order of the columns: no number of JSON is exact. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Reads tables by oid; one that is not there is left out. */
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

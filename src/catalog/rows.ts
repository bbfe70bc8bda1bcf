import {
  type Queryable,
  quoteIdentifier,
  quoteLiteral,
  readAndRollBack,
} from '../database/index.js'
import { neutralSql, readFacts } from './read-facts.js'

/** The rows of one table, as a number and a hash that does not depend on their order. */
export interface TableDigest {
  readonly rows: number
  readonly hash: string
}

/** The name of a table in SQL, with its schema. */
export function tableName({ schema, name }: Readonly<Record<'schema' | 'name', string>>): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/**
 * Rows as arrays of texts, without those of child tables. The type of a value turns its text into
 * the same value again, which JSON does not do for every number.
 */
export async function readRows(
  queryable: Queryable,
  table: { readonly name: string; readonly columns: readonly string[] },
  { where = 'true', limit }: { readonly where?: string; readonly limit?: number } = {},
): Promise<(string | null)[][]> {
  return await readAndRollBack(queryable, async (transaction) => {
    await transaction.query(neutralSql())
    const columns = table.columns.map((column) => `one.${quoteIdentifier(column)}::text`)
    const { rows } = await transaction.query<{ row: (string | null)[] }>(
      `SELECT ARRAY[${columns}]::text[] AS row
       FROM ONLY ${table.name} one WHERE ${where} LIMIT ${limit ?? 'ALL'}`,
    )
    return rows.map(({ row }) => row)
  })
}

/**
 * Hashes the rows of every table in the schema of a database: two digests are equal if and only if
 * every table contains the same rows. Sequences and the catalog are not included.
 *
 * @param options.only Restricts each table to the rows that match, such as those of one chat. A
 * table for which it returns undefined is left out.
 *
 * @example
 * ```ts
 * const before = await digestRows(database)
 * await assert.rejects(push(database, bad))
 * assert.deepEqual(await digestRows(database), before)
 * ```
 */
export async function digestRows(
  queryable: Queryable,
  {
    only = () => ({ where: 'true' }),
  }: {
    only?: (table: string) => { where: string; values?: readonly unknown[] } | undefined
  } = {},
): Promise<Record<string, TableDigest>> {
  return await readAndRollBack(queryable, async (transaction) => {
    const tables = await readFacts(transaction, { kinds: ['table'] })
    await transaction.query(neutralSql())
    const digests: Record<string, TableDigest> = {}
    for (const { name } of tables) {
      const restriction = only(name)
      if (!restriction) continue
      const { rows } = await transaction.query<TableDigest>(
        tableDigestSql(tableName({ schema: queryable.schema, name }), restriction.where),
        restriction.values,
      )
      digests[name] = rows[0]!
    }
    return digests
  })
}

/**
 * A query for the digest of one table or materialized view. Rows are hashed as text, because some
 * types, such as json, have neither an order nor an equality.
 */
export function tableDigestSql(table: string, where = 'true'): string {
  return `SELECT count(*)::integer AS rows,
                 encode(sha256(coalesce(string_agg(entry, '' ORDER BY entry), '')), 'hex') AS hash
          FROM (SELECT sha256(convert_to((one.*)::text, 'UTF8')) AS entry
                FROM ONLY ${table} one WHERE ${where}) entries`
}

/**
 * The rows of a database as readable SQL. Loading it into the same schema replaces the rows and
 * sets the sequences. It does not contain the schema, which the migrations create.
 */
export async function dumpRows(queryable: Queryable): Promise<string> {
  return await readAndRollBack(queryable, async (transaction) => {
    const parts = [
      '-- The rows of a test database, written by driftpin, for a test database of the same schema.',
      '-- They replace the rows that it has: those of its seed, and the list of its migrations.',
      '-- Checks between tables are off while they load, since tables come in order of name.',
      'SET session_replication_role = replica;',
    ]
    const tables = await listTables(transaction)
    // The rows of a child table are dumped with the child.
    parts.push(...tables.map(({ name }) => `DELETE FROM ONLY ${name};`))
    for (const table of tables) {
      if (table.columns.length === 0) continue
      const into = `INSERT INTO ${table.name} (${table.columns.map(quoteIdentifier).join(', ')})`
      const rows = await readRows(transaction, table)
      const lines = rows.map(
        (row) =>
          `${into} OVERRIDING SYSTEM VALUE VALUES (` +
          `${row.map((value) => (value === null ? 'NULL' : quoteLiteral(value))).join(', ')});`,
      )
      if (lines.length > 0) parts.push('', ...lines)
    }
    const { rows } = await transaction.query<{ line: string }>(
      `SELECT pg_catalog.format('SELECT setval(%L, %s, %L);',
         pg_catalog.format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value),
         last_value IS NOT NULL) AS line
       FROM pg_catalog.pg_sequences ORDER BY schemaname, sequencename`,
    )
    if (rows.length > 0) parts.push('', ...rows.map(({ line }) => line))
    return [...parts, '', 'RESET session_replication_role;', ''].join('\n')
  })
}

/** The tables of all schemas with the columns that take a value. */
async function listTables(queryable: Queryable) {
  const kinds = ['table', 'column']
  const options = { schemas: 'all', relativeTo: 'pg_catalog', withExtensions: true, kinds } as const
  const facts = await readFacts(queryable, options)
  const columns = facts
    .filter(({ kind, text }) => kind === 'column' && JSON.parse(text).generated === null)
    .sort((one, other) => one.place - other.place)
  return facts
    .filter(({ kind, text }) => kind === 'table' && JSON.parse(text).kind === 'table')
    .map(({ schema, name, unit }) => ({
      name: tableName({ schema: schema!, name }),
      columns: columns.filter((one) => one.unit === unit).map((column) => column.name),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

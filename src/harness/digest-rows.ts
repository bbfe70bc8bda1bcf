import { type Queryable, quoteIdentifier } from '../database/index.js'
import { readCatalog } from '../migrations/index.js'

/** The rows of one table, as a number and a hash that does not depend on their order. */
export interface TableDigest {
  readonly rows: number
  readonly hash: string
}

/**
 * Hashes the rows of every table in the schema of a database: two digests are equal exactly when
 * every table holds the same rows. What PostgreSQL keeps beside rows, sequences and the catalog,
 * is not in it.
 *
 * @param options.only Restricts each table to the rows that match, such as one chat's; a table
 * for which it answers undefined is left out.
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
  const { tables } = await readCatalog(queryable)
  const digests: Record<string, TableDigest> = {}
  for (const { name } of tables) {
    const restriction = only(name)
    if (!restriction) continue
    const table = `${quoteIdentifier(queryable.schema)}.${quoteIdentifier(name)}`
    const { rows } = await queryable.query<TableDigest>(
      tableDigestSql(table, restriction.where),
      restriction.values,
    )
    digests[name] = rows[0]!
  }
  return digests
}

/**
 * A query for the digest of one table or materialized view. Rows are compared as text, since some
 * types, json among them, have neither an order nor an equality.
 *
 * @param table The name as it stands in SQL.
 */
export function tableDigestSql(table: string, where = 'true'): string {
  return `SELECT count(*)::integer AS rows,
                 encode(sha256(coalesce(string_agg(entry, '' ORDER BY entry), '')), 'hex') AS hash
          FROM (SELECT sha256(convert_to((one.*)::text, 'UTF8')) AS entry
                FROM ONLY ${table} one WHERE ${where}) entries`
}

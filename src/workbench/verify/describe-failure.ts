import type { Queryable } from '../../database/database.js'
import { quoteIdentifier } from '../../database/quote-identifier.js'
import { DriftpinError } from '../../errors.js'

/** What PostgreSQL says of an error beside its message. */
interface ServerError {
  readonly code?: string
  readonly detail?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** The message of a file that failed, with what PostgreSQL adds: the key, the constraint. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof DriftpinError)) throw error
  const { detail, table, constraint } = (error.cause ?? {}) as ServerError
  const lines = [error.message]
  if (detail) lines.push(`DETAIL: ${detail}`)
  if (constraint) lines.push(`The constraint is ${constraint}${table ? ` of ${table}` : ''}.`)
  return lines.join('\n')
}

/**
 * Rows that a file stumbled over, as far as PostgreSQL says in which table: those with NULL in a
 * column that may have none, otherwise the first ones. Where it names the key, that is enough.
 */
export async function rowsInTheWay(database: Queryable, error: unknown): Promise<string[]> {
  const { detail, schema, table, column } = ((error as DriftpinError).cause ?? {}) as ServerError
  if (detail || !schema || !table) return []
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
  const read = async (where: string) => {
    const text = `SELECT to_jsonb(one)::text AS row FROM ${name} one WHERE ${where} LIMIT 3`
    const { rows } = await database.query<{ row: string }>(text)
    return rows.map(({ row }) => `${table}: ${row}`)
  }
  // The table or the column may be one that the file itself made.
  const nulls = column ? await read(`${quoteIdentifier(column)} IS NULL`).catch(() => []) : []
  return nulls.length > 0 ? nulls : await read('true').catch(() => [])
}

import { quoteIdentifier, searchPath, type Transaction } from '../../database/index.js'
import type { TestDatabase } from '../../harness/index.js'
import { type MigrationScript, statementsOf } from '../../migrations/index.js'
import type { ServerError } from './describe-failure.js'

/** So many rows are shown. */
const rowsMax = 3

const notNullViolation = '23502'
const checkViolation = '23514'

/**
 * Rows that a file stumbled over: those with NULL in a column that may have none, and those that a
 * new CHECK refuses. Where PostgreSQL itself names the key, that is enough. The database stands
 * before the file.
 */
export async function rowsInTheWay(
  db: TestDatabase,
  script: MigrationScript,
  error: unknown,
): Promise<string[]> {
  const cause = ((error as Error).cause ?? {}) as ServerError
  const { code, detail, schema, table, column, constraint } = cause
  if (detail || !schema || !table) return []
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
  const read = async (queryable: Pick<Transaction, 'query'>, where: string) => {
    const text = `SELECT to_jsonb(one.*)::text AS row FROM ${name} one WHERE ${where} LIMIT ${rowsMax}`
    const { rows } = await queryable.query<{ row: string }>(text)
    return rows.map(({ row }) => `${table}: ${row}`)
  }
  if (code === notNullViolation && column) {
    // The table or the column may be one that the file itself made.
    return await read(db, `${quoteIdentifier(column)} IS NULL`).catch(() => [])
  }
  if (code !== checkViolation || !constraint) return []
  return await beforeCheck(db, script, async (transaction) => {
    const { rows } = await transaction.query<{ expression: string }>(
      `SELECT pg_catalog.pg_get_expr(conbin, conrelid) AS expression
       FROM pg_catalog.pg_constraint WHERE conrelid = $1::regclass AND conname = $2`,
      [name, constraint],
    )
    return rows[0] ? await read(transaction, `NOT (${rows[0].expression})`) : []
  }).catch(() => [])
}

/**
 * Runs a file up to the CHECK that refuses a row, and has that one believe the rows; nothing of it
 * stays.
 */
async function beforeCheck<T>(
  db: TestDatabase,
  script: MigrationScript,
  look: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const mark = await db.mark()
  try {
    return await db.transaction(async (transaction) => {
      await transaction.script(`SET LOCAL search_path = ${searchPath(db.schema)}`)
      for (const { text } of statementsOf(script)) {
        const hasRun = await transaction
          .transaction((part) => part.script(text))
          .then(() => true)
          .catch(() => false)
        if (hasRun) continue
        await transaction.script(`${text} NOT VALID`)
        break
      }
      return await look(transaction)
    })
  } finally {
    await db.rewind(mark)
  }
}

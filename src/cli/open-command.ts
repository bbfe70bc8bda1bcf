import { quoteIdentifier } from '../database/index.js'
import { type EmbeddedTestDatabase, openImage } from '../harness/index.js'
import { serve } from '../pglite/index.js'
import { defineCommand } from './define-command.js'
import { portNumber } from './options.js'
import { explainSqlError, jsonOfResults, printNotice, printResults } from './statement-results.js'
import { runOnPGlite } from './statements.js'
import { renderTable } from './table.js'
import { warn } from './terminal.js'

/** `driftpin open`: opens a database that a failed test kept. */
export const openCommand = defineCommand({
  name: 'open',
  description: 'open a database that a failed test kept',
  options: (command) =>
    command
      .argument('<path>', 'the image that the failed test printed')
      .option('--query <sql>', 'run SQL and print the result; the file is not changed')
      .option('--json', 'print JSON')
      .option('--serve', 'serve it to psql and other clients until Ctrl-C')
      .option('--port <port>', 'the port on 127.0.0.1 (default: a free one)', portNumber),
  run: async (path, { query, serve, port }) => {
    await using db = await openImage(path)
    if (serve || port !== undefined) {
      await serveUntilStopped(db, port)
      return
    }
    if (query !== undefined) {
      const results = await runOnPGlite(db.pglite, query, printNotice).catch((error) => {
        throw explainSqlError(query, error)
      })
      return { json: jsonOfResults(results), text: () => printResults(results) }
    }
    const tables = await countRows(db)
    const rows = tables.map(Object.values)
    const text = () => console.log(renderTable({ columns: ['table', 'rows'], rows }))
    return { json: tables, text }
  },
})

async function serveUntilStopped(
  db: EmbeddedTestDatabase,
  port: number | undefined,
): Promise<void> {
  await endFailedTransaction(db)
  await showTransaction(db)
  await using server = await serve(db, { port: port ?? 0 })
  console.log(`psql '${server.url}'`)
  warn('It is served until Ctrl-C. Changes are lost: the file is not changed.')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** In a failed transaction only a rollback is possible. */
async function endFailedTransaction(db: EmbeddedTestDatabase): Promise<void> {
  const isAborted = await db.query('SELECT 1').then(
    () => false,
    () => db.pglite.isInTransaction(),
  )
  if (!isAborted) return
  warn('The transaction of the test had failed. This is the state before it.')
  await db.pglite.exec('ROLLBACK')
}

/** Uncommitted changes are visible to one session only, and every client gets another one. */
async function showTransaction(db: EmbeddedTestDatabase): Promise<void> {
  if (!db.pglite.isInTransaction()) return
  warn('The transaction of the test was open. It is committed here, so that clients see it.')
  await db.pglite.exec('COMMIT')
}

async function countRows(db: EmbeddedTestDatabase): Promise<{ table: string; rows: number }[]> {
  await endFailedTransaction(db)
  const tables = await db.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     ORDER BY 1, 2`,
  )
  const counted: { table: string; rows: number }[] = []
  for (const { schema, name } of tables.rows) {
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
    const { rows } = await db.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`)
    counted.push({ table: `${schema}.${name}`, rows: rows[0]!.rows })
  }
  return counted
}

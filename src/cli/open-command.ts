import { Command } from 'commander'
import { serve } from '../connections/index.js'
import { quoteIdentifier } from '../database/index.js'
import { openImage, type TestDatabase } from '../harness/index.js'
import { askPGlite } from './ask-pglite.js'
import { printAnswers, printNotice } from './print-answers.js'
import { printJson } from './print-json.js'
import { explainQueryError } from './query-error.js'
import { renderTable } from './render-table.js'
import { portNumber } from './whole-number.js'

/** `driftpin open`: looks into a database that a failed test kept. */
export function openCommand(): Command {
  return new Command('open')
    .description('look into a database that a failed test kept')
    .argument('<path>', 'the image, as the failed test printed it')
    .option('--query <sql>', 'run a statement and print its rows; the file stays as it is')
    .option('--json', 'print JSON')
    .option('--serve', 'let psql and any other client look into it, until Ctrl-C')
    .option(
      '--port <port>',
      'the port of 127.0.0.1 to serve it at; a free one by default',
      portNumber,
    )
    .action(async (path: string, options: OpenOptions) => {
      await using db = await openImage(path)
      const { query, json, port } = options
      if (options.serve || port !== undefined) {
        await serveUntilStopped(db, port)
        return
      }
      if (query !== undefined) {
        const answers = await askPGlite(db.pglite, query, printNotice).catch((error) => {
          throw explainQueryError(query, error)
        })
        printAnswers(answers, json)
        return
      }
      const tables = await countRows(db)
      if (json) printJson(tables)
      else console.log(renderTable({ columns: ['table', 'rows'], rows: tables.map(Object.values) }))
    })
}

interface OpenOptions {
  readonly query?: string
  readonly json?: boolean
  readonly serve?: boolean
  readonly port?: number
}

async function serveUntilStopped(db: TestDatabase, port: number | undefined): Promise<void> {
  await endFailedTransaction(db)
  await showTransaction(db)
  await using server = await serve(db, { port: port ?? 0 })
  console.log(`psql '${server.url}'`)
  console.error('It is served until Ctrl-C. What is written is lost: the file stays as it is.')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** Nothing but a rollback can be asked of a transaction that failed. */
async function endFailedTransaction(db: TestDatabase): Promise<void> {
  const isAborted = await db.query('SELECT 1').then(
    () => false,
    () => db.pglite.isInTransaction(),
  )
  if (!isAborted) return
  console.error("The test's transaction had failed; this is what was there before it.")
  await db.pglite.exec('ROLLBACK')
}

/** What was not committed is seen by one session only, and whoever comes has another. */
async function showTransaction(db: TestDatabase): Promise<void> {
  if (!db.pglite.isInTransaction()) return
  console.error("The test's transaction was open; here it is committed, for every client to see.")
  await db.pglite.exec('COMMIT')
}

async function countRows(db: TestDatabase): Promise<{ table: string; rows: number }[]> {
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

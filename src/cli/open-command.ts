import { Command } from 'commander'
import { quoteIdentifier } from '../database/quote-identifier.js'
import { DriftpinError } from '../errors.js'
import { openImage } from '../harness/open-image.js'
import type { TestDatabase } from '../harness/test-database.js'
import { UsageError } from './command-error.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'
import { renderTable } from './render-table.js'

/** `driftpin open`: looks into a database that a failed test kept. */
export function openCommand(): Command {
  return new Command('open')
    .description('look into a database that a failed test kept')
    .argument('<path>', 'the image, as the failed test printed it')
    .option('--query <sql>', 'run a statement and print its rows; the file stays as it is')
    .option('--json', 'print JSON')
    .action(async (path: string, options: { query?: string; json?: boolean }) => {
      await using db = await openKept(path)
      const { query, json } = options
      if (query !== undefined) {
        const { rows } = await db.query(query)
        print(rows, json)
        return
      }
      print(await countRows(db), json)
    })
}

/** A path to something else is wrong use of the command, not work that failed. */
async function openKept(path: string): Promise<TestDatabase> {
  try {
    return await openImage(path)
  } catch (error) {
    if (!(error instanceof DriftpinError)) throw error
    const isNone = error.code === 'image_damaged' || error.code === 'image_foreign'
    throw isNone ? new UsageError(error.message, { cause: error }) : error
  }
}

async function countRows(db: TestDatabase): Promise<Record<string, unknown>[]> {
  // An aborted transaction answers nothing else; what it had done is gone with it.
  if (db.pglite.isInTransaction())
    await db.query('SELECT 1').catch(() => db.pglite.exec('ROLLBACK'))
  const tables = await db.query<{ schema: string; name: string }>(
    `SELECT schemaname AS schema, relname AS name FROM pg_stat_user_tables ORDER BY 1, 2`,
  )
  const counted: Record<string, unknown>[] = []
  for (const { schema, name } of tables.rows) {
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
    const { rows } = await db.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`)
    counted.push({ table: `${schema}.${name}`, rows: rows[0]!.rows })
  }
  return counted
}

function print(rows: readonly Record<string, unknown>[], json = false): void {
  if (json) {
    printJson(rows)
    return
  }
  const columns = Object.keys(rows[0] ?? {})
  if (columns.length === 0) {
    console.log('no rows')
    return
  }
  const cells = rows.map((row) => columns.map((name) => cellOf(row[name])))
  console.log(renderTable({ columns, rows: cells }))
}

function cellOf(value: unknown): string | number {
  if (typeof value === 'number') return value
  if (value === null) return 'NULL'
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

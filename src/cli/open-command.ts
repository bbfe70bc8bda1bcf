import { Command } from 'commander'
import { quoteIdentifier } from '../database/quote-identifier.js'
import { openImage } from '../harness/open-image.js'
import type { TestDatabase } from '../harness/test-database.js'
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
      await using db = await openImage(path)
      const { query, json } = options
      if (query !== undefined) {
        const { rows } = await db.query(query)
        print(rows, json)
        return
      }
      print(await countRows(db), json)
    })
}

async function countRows(db: TestDatabase): Promise<Record<string, unknown>[]> {
  const isAborted = await db.query('SELECT 1').then(
    () => false,
    () => db.pglite.isInTransaction(),
  )
  if (isAborted) {
    console.error("The test's transaction had failed; this is what was there before it.")
    await db.pglite.exec('ROLLBACK')
  }
  const tables = await db.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     ORDER BY 1, 2`,
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

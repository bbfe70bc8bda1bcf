import pg from 'pg'
import { createMigrator, type Database, fromPg } from '../../src/index.ts'
import { startRealServer } from '../../test/support/real-server.ts'

/** A PostgreSQL 18 that keeps what it acknowledged, as one in production does. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string
  readonly version: string
  /** A new database with our schema, on a pool of its own. */
  openDatabase(name: string): Promise<BenchDatabase>
}

export interface BenchDatabase extends AsyncDisposable {
  readonly database: Database
  readonly url: string
}

/** What differs from the defaults of PostgreSQL, beside where it listens. */
export const settings = [
  'shared_buffers=1GB',
  'max_wal_size=4GB',
  'checkpoint_timeout=15min',
  'maintenance_work_mem=256MB',
]

/** Starts the server on a folder of its own, which is removed with it. */
export async function openBenchServer(): Promise<BenchServer> {
  const server = await startRealServer(18, { durable: true, settings })
  const admin = new pg.Pool({ connectionString: server.url, max: 1 })
  // A session that ends with its server is no error of the bench.
  admin.on('error', () => {})
  const { rows } = await admin.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  )
  return {
    url: server.url,
    version: rows[0]!.version,
    async openDatabase(name) {
      await admin.query(`CREATE DATABASE ${name}`)
      const url = server.url.replace(/postgres$/, name)
      const pool = new pg.Pool({ connectionString: url, max: 8 })
      pool.on('error', () => {})
      const database = fromPg(pool)
      await createMigrator(database).up()
      return { database, url, [Symbol.asyncDispose]: () => pool.end() }
    },
    async [Symbol.asyncDispose]() {
      await admin.end()
      await server.stop()
    },
  }
}

/**
 * So many bytes of log something writes. Nobody else may write meanwhile, but for the server
 * itself, which writes some fifty bytes now and then.
 */
export async function walBytes(database: Database, work: () => Promise<unknown>): Promise<number> {
  const text = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS place"
  const place = async () => (await database.query<{ place: bigint }>(text)).rows[0]!.place
  const before = await place()
  await work()
  return Number((await place()) - before)
}

import { createMigrator, type Database, fromPGlite, fromPg } from 'driftpin'
import pg from 'pg'

export interface OpenDatabase {
  readonly database: Database
  close(): Promise<void>
}

const schema = 'chat'

/**
 * A server where DATABASE_URL names one, and otherwise a PostgreSQL in this process, kept in the
 * folder DATA or, without one, in memory. Either is migrated before it is given out.
 */
export async function openDatabase({ DATABASE_URL, DATA }: NodeJS.ProcessEnv) {
  const { database, close }: OpenDatabase = DATABASE_URL
    ? openServer(DATABASE_URL)
    : await openEmbedded(DATA)
  await createMigrator(database).up()
  return { database, close }
}

function openServer(connectionString: string): OpenDatabase {
  const pool = new pg.Pool({ connectionString })
  // Without this a connection that is lost while nobody uses it would end the process.
  pool.on('error', (error) => console.error('A connection was lost:', error.message))
  return { database: fromPg(pool, { schema }), close: () => pool.end() }
}

async function openEmbedded(folder?: string): Promise<OpenDatabase> {
  // Loaded here, so that a backend with a server has no WebAssembly in it.
  const { PGlite } = await import('@electric-sql/pglite')
  const pglite = await PGlite.create(folder)
  return { database: fromPGlite(pglite, { schema }), close: () => pglite.close() }
}

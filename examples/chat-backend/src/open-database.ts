import { createMigrator, type Database, fromPGlite, fromPg } from 'driftpin'
import pg from 'pg'

export interface OpenDatabase {
  readonly database: Database
  close(): Promise<void>
}

const schema = 'chat'

/**
 * Opens the server in DATABASE_URL. Without it, opens a PostgreSQL in this process, stored in the
 * folder DATA, or in memory if there is none. Pending migrations are applied first.
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
  // Without this listener, losing an idle connection would end the process.
  pool.on('error', (error) => console.error('A connection was lost:', error.message))
  return { database: fromPg(pool, { schema }), close: () => pool.end() }
}

async function openEmbedded(folder?: string): Promise<OpenDatabase> {
  // Loaded here, so that a backend with a server never loads WebAssembly.
  const { PGlite } = await import('@electric-sql/pglite')
  const pglite = await PGlite.create(folder)
  return { database: fromPGlite(pglite, { schema }), close: () => pglite.close() }
}

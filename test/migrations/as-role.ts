import pg from 'pg'
import { inject } from 'vitest'
import { quoteIdentifier } from '../../src/database/quote-identifier.js'
import { type Database, fromPg } from '../../src/index.js'
import type { Engine } from '../support/engines.js'

/** Runs `work` on a database that is the same, but whose sessions have the rights of a role. */
export async function asRole<T>(
  engine: Engine,
  database: Database,
  role: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const become = `SET ROLE ${quoteIdentifier(role)}`
  if (!engine.concurrent) {
    await database.script(become)
    try {
      return await work(database)
    } finally {
      await database.script('RESET ROLE')
    }
  }
  const { rows } = await database.query<{ name: string }>('SELECT current_database() AS name')
  const major = Number(engine.name.split(' ')[1])
  const url = new URL(inject('servers').find((server) => server.major === major)!.url)
  url.pathname = `/${rows[0]!.name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 4 })
  // What a client is asked first it does first.
  pool.on('connect', (client) => void client.query(become))
  try {
    return await work(fromPg(pool, { schema: database.schema }))
  } finally {
    await pool.end()
  }
}

import pg from 'pg'
import { quoteIdentifier } from '../../src/database/names.js'
import { type Database, fromPg } from '../../src/index.js'
import type { Engine } from '../support/engines.js'
import { serverUrl } from '../support/server-url.js'
import { urlWith } from '../support/url-with.js'

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
  const connectionString = urlWith(serverUrl(major), { pathname: `/${rows[0]!.name}` })
  const pool = new pg.Pool({ connectionString, max: 4 })
  // What a client is asked first it does first.
  pool.on('connect', (client) => void client.query(become))
  try {
    return await work(fromPg(pool, { schema: database.schema }))
  } finally {
    await pool.end()
  }
}

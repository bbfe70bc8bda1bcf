import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Database } from '../database/database.js'
import { fromPg } from '../database/from-pg.js'
import { quoteIdentifier } from '../database/quote-identifier.js'
import { digestRows } from '../harness/digest-rows.js'
import { createMigrator } from '../migrations/create-migrator.js'
import { ledgerName } from '../migrations/ledger.js'
import type { Ground, GroundInstall, GroundOptions } from './ground.js'
import { openRowReader } from './row-reader.js'

/**
 * A server, on which histories have two new schemas to themselves. What a history left is
 * truncated. The schemas are dropped in the end, unless a failure is kept in them.
 *
 * @param options.server Its connection string. The user has to be allowed to create schemas.
 */
export async function openServerGround({
  server,
  migrations,
  prepare,
}: GroundOptions & { readonly server: string }): Promise<Ground> {
  const pool = new pg.Pool({ connectionString: server, max: 4 })
  // A connection that is lost while nobody uses it is replaced by the pool.
  pool.on('error', () => {})
  const id = randomBytes(4).toString('hex')
  const names = { first: `driftpin_laws_${id}`, second: `driftpin laws ${id}` }
  const installs: GroundInstall[] = []
  let isKept = false
  const drop = async () => {
    for (const schema of Object.values(names)) {
      await pool.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`)
    }
  }
  const install = async (database: Database) => {
    await database.query(`CREATE SCHEMA ${quoteIdentifier(database.schema)}`)
    await createMigrator(database, { migrations }).up()
    await prepare?.(database)
  }
  const close = async () => {
    try {
      if (!isKept) await drop()
    } finally {
      await pool.end()
    }
  }
  try {
    for (const name of ['first', 'second'] as const) {
      const database = fromPg(pool, { schema: names[name] })
      await install(database)
      const reader = await openRowReader(database, { except: [ledgerName], prepared: false })
      installs.push({ name, database, reader })
    }
    const { rows } = await pool.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    )
    return {
      engine: `PostgreSQL ${rows[0]!.version}`,
      installs: [installs[0]!, installs[1]!],
      clock: undefined,
      async reset() {
        for (const { database, reader } of installs) {
          const schema = quoteIdentifier(database.schema)
          const tables = reader.catalog.tables.filter(({ name }) => name !== ledgerName)
          const all = tables.map(({ name }) => `${schema}.${quoteIdentifier(name)}`).join(', ')
          try {
            await database.query(`TRUNCATE ${all} RESTART IDENTITY`)
          } catch {
            // A way down that failed has left a part of the schema.
            await database.query(`DROP SCHEMA ${schema} CASCADE`)
            await install(database)
          }
        }
      },
      async digest() {
        const digests = installs.map(({ database }) => digestRows(database))
        return JSON.stringify(await Promise.all(digests))
      },
      async keep() {
        isKept = true
        return `the schemas ${Object.values(names)
          .map((name) => `"${name}"`)
          .join(' and ')} of the server`
      },
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

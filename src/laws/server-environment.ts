import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import { type Catalog, digestRows, readCatalog, tableName } from '../catalog/index.js'
import { type Database, fromPg, quoteIdentifier, quoteLiteral } from '../database/index.js'
import { createMigrator, ledgerName } from '../migrations/index.js'
import {
  type Environment,
  type EnvironmentOptions,
  type Installation,
  openInstallation,
} from './environment.js'
import { isGenerated } from './row-reader.js'

/**
 * A server, on which histories use two new schemas. The rows of a history are deleted after it.
 * The schemas are dropped at the end, unless a failure is kept in them.
 *
 * @param options.server The connection string, or a pool, which stays open. The user must be
 * allowed to create schemas.
 */
export async function openServerEnvironment({
  server,
  migrations,
  prepare,
}: EnvironmentOptions & { readonly server: string | pg.Pool }): Promise<Environment> {
  const isOwn = typeof server === 'string'
  const pool = isOwn ? new pg.Pool({ connectionString: server, max: 6 }) : server
  // The pool replaces an idle connection that is lost.
  if (isOwn) pool.on('error', () => {})
  const id = randomBytes(4).toString('hex')
  const names = { first: `driftpin_laws_${id}`, second: `driftpin laws ${id}` }
  let isKept = false
  const listeners: Installation['listener'][] = []
  const drop = async (schema: string) => {
    await pool.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`)
  }
  const install = async (database: Database) => {
    await drop(database.schema)
    await database.query(`CREATE SCHEMA ${quoteIdentifier(database.schema)}`)
    await createMigrator(database, { migrations }).up()
  }
  const open = async (name: 'first' | 'second') => {
    const database = fromPg(pool, { schema: names[name] })
    await install(database)
    const installation = await openInstallation(name, database, { prepare, prepared: false })
    listeners.push(installation.listener)
    const truncateAll = createTruncation(database, installation.reader.catalog)
    return { ...installation, truncateAll }
  }
  const close = async () => {
    try {
      // A failure of one of them must not prevent the others.
      const ended = await Promise.allSettled(listeners.map((listener) => listener.close()))
      if (!isKept) ended.push(...(await Promise.allSettled(Object.values(names).map(drop))))
      for (const one of ended) if (one.status === 'rejected') throw one.reason
    } finally {
      if (isOwn) await pool.end()
    }
  }
  try {
    const installations = [await open('first'), await open('second')] as const
    const { rows } = await pool.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    )
    return {
      engine: `PostgreSQL ${rows[0]!.version}`,
      installations: installations satisfies readonly Installation[],
      clock: undefined,
      async reset() {
        for (const { database, truncateAll } of installations) {
          // A migration that failed leaves a part of the schema, or another schema.
          if (await truncateAll()) continue
          await install(database)
          await prepare?.(database)
        }
      },
      async digest() {
        const digests = installations.map(({ database }) => digestRows(database))
        return JSON.stringify(await Promise.all(digests))
      },
      async keep() {
        isKept = true
        const quoted = Object.values(names).map((name) => `"${name}"`)
        return `the schemas ${quoted.join(' and ')} of the server`
      },
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** Deleted rows occupy space, because the user may not be allowed to VACUUM. */
const resetsPerTruncate = 50

/**
 * A function that deletes all rows of a schema. It returns false if the schema has changed, or if
 * its rows cannot be deleted. It mostly uses DELETE: TRUNCATE creates new files and invalidates
 * plans, which takes longer than deleting a few rows. However, triggers, rules and policies for
 * DELETE could add rows or keep some.
 */
function createTruncation(database: Database, catalog: Catalog): () => Promise<boolean> {
  const { schema } = database
  const tables = catalog.tables
    .filter(({ name }) => name !== ledgerName)
    .map((table) => ({ ...table, named: tableName({ schema, name: table.name }) }))
  const restarts = tables.flatMap(({ named, columns }) =>
    columns.filter(isGenerated).map(({ name }) => {
      const sequence = `pg_get_serial_sequence(${quoteLiteral(named)}, ${quoteLiteral(name)})`
      return `setval(${sequence}, 1, false)`
    }),
  )
  // Foreign keys are checked at the end of a statement, so that one statement needs no order.
  const parts = tables.map(({ named }, index) => `deleted_${index} AS (DELETE FROM ${named})`)
  const deleteAll = `WITH ${parts.join(', ')} SELECT ${restarts.join(', ')}`
  const truncate = `TRUNCATE ${tables.map(({ named }) => named).join(', ')} RESTART IDENTITY`
  const canDelete = tables.every(
    ({ triggers, rules, policies }) => [triggers, rules, policies].flat().length === 0,
  )
  let shape: string | undefined
  let resets = 0
  return async () => {
    try {
      const found = await shapeOf(database)
      if (found !== shape && !isDeepStrictEqual(await readCatalog(database), catalog)) return false
      shape = found
      resets += 1
      await database.script(canDelete && resets % resetsPerTruncate > 0 ? deleteAll : truncate)
      return true
    } catch {
      return false
    }
  }
}

/**
 * Changes if a migration runs, and if a table, an index or a column changes. Reading it is cheaper
 * than reading the catalog.
 */
async function shapeOf({ schema, query }: Database): Promise<string> {
  const { rows } = await query<{ shape: string }>(
    `SELECT concat(
       (SELECT string_agg(concat(attrelid, ' ', attnum, ' ', a.xmin), ',' ORDER BY attrelid, attnum)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = attrelid
        WHERE relnamespace = ${quoteLiteral(quoteIdentifier(schema))}::regnamespace),
       (SELECT string_agg(concat(version, ' ', xmin), ',' ORDER BY version)
        FROM ${tableName({ schema, name: ledgerName })})) AS shape`,
  )
  return rows[0]!.shape
}

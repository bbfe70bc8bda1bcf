import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import { type Database, fromPg, quoteIdentifier, quoteLiteral } from '../database/index.js'
import { digestRows } from '../harness/index.js'
import { type Catalog, createMigrator, ledgerName, readCatalog } from '../migrations/index.js'
import type { ManifestTable } from '../schema/index.js'
import { type Ear, openEar } from './ear.js'
import type { Ground, GroundInstall, GroundOptions } from './ground.js'
import { isGenerated } from './is-generated.js'
import { openRowReader } from './row-reader.js'

/** Deleted rows take room until somebody vacuums, which nobody may: now and then room is made. */
const resetsPerTruncate = 50

/**
 * A server, on which histories have two new schemas to themselves. What a history left is
 * deleted. The schemas are dropped in the end, unless a failure is kept in them.
 *
 * @param options.server Its connection string, or a pool, which is left open. The user has to be
 * allowed to create schemas.
 */
export async function openServerGround({
  server,
  migrations,
  prepare,
}: GroundOptions & { readonly server: string | pg.Pool }): Promise<Ground> {
  const isOwn = typeof server === 'string'
  const pool = isOwn ? new pg.Pool({ connectionString: server, max: 6 }) : server
  // A connection that is lost while nobody uses it is replaced by the pool.
  if (isOwn) pool.on('error', () => {})
  const id = randomBytes(4).toString('hex')
  const names = { first: `driftpin_laws_${id}`, second: `driftpin laws ${id}` }
  let isKept = false
  const ears: Ear[] = []
  const drop = async (schema: string) => {
    await pool.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`)
  }
  const install = async (database: Database) => {
    await drop(database.schema)
    await database.query(`CREATE SCHEMA ${quoteIdentifier(database.schema)}`)
    await createMigrator(database, { migrations }).up()
    await prepare?.(database)
  }
  const open = async (name: 'first' | 'second') => {
    const database = fromPg(pool, { schema: names[name] })
    await install(database)
    const reader = await openRowReader(database, { except: [ledgerName], prepared: false })
    const emptier = await createEmptier(database, reader.catalog)
    const ear = await openEar(database)
    ears.push(ear)
    return { name, database, reader, emptier, ear }
  }
  const close = async () => {
    try {
      // Whatever of it cannot be done keeps nothing else from being done.
      const ended = await Promise.allSettled(ears.map((ear) => ear.close()))
      if (!isKept) ended.push(...(await Promise.allSettled(Object.values(names).map(drop))))
      for (const one of ended) if (one.status === 'rejected') throw one.reason
    } finally {
      if (isOwn) await pool.end()
    }
  }
  try {
    const installs = [await open('first'), await open('second')] as const
    const { rows } = await pool.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    )
    return {
      engine: `PostgreSQL ${rows[0]!.version}`,
      installs: installs satisfies readonly GroundInstall[],
      clock: undefined,
      async reset() {
        for (const { database, emptier } of installs) {
          // A way down or up that failed has left a part of the schema, or something else.
          if (!(await emptier.empty())) await install(database)
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

/** Takes every row out of a schema. */
interface Emptier {
  /** False where the schema is not what it was, or does not let its rows go. */
  empty(): Promise<boolean>
}

/** TRUNCATE makes new files and new plans, which takes longer than to delete a few rows. */
async function createEmptier(database: Database, catalog: Catalog): Promise<Emptier> {
  const schema = quoteIdentifier(database.schema)
  const tables = referringFirst(catalog.tables.filter(({ name }) => name !== ledgerName))
  const named = tables.map(({ name }) => `${schema}.${quoteIdentifier(name)}`)
  const restarts = tables.flatMap(({ columns }, index) =>
    columns.filter(isGenerated).map((column) => {
      const [table, of] = [quoteLiteral(named[index]!), quoteLiteral(column.name)]
      return `SELECT setval(pg_get_serial_sequence(${table}, ${of}), 1, false)`
    }),
  )
  const deletes = [...named.map((table) => `DELETE FROM ${table}`), ...restarts].join(';\n')
  const truncate = `TRUNCATE ${named.join(', ')} RESTART IDENTITY`
  let shape = await shapeOf(database)
  let resets = 0
  return {
    async empty() {
      try {
        const found = await shapeOf(database)
        if (found !== shape && !isDeepStrictEqual(await readCatalog(database), catalog)) {
          return false
        }
        shape = found
        resets += 1
        await database.script(resets % resetsPerTruncate === 0 ? truncate : deletes)
        return true
      } catch {
        return false
      }
    },
  }
}

/**
 * Changes when anything of a schema was dropped or made: cheaper than to read the whole catalog.
 */
async function shapeOf(database: Database): Promise<string> {
  const { rows } = await database.query<{ shape: string }>(
    `SELECT coalesce(string_agg(oid || ' ' || relnatts, ',' ORDER BY oid), '') AS shape
     FROM pg_catalog.pg_class
     WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)`,
    [database.schema],
  )
  return rows[0]!.shape
}

/** A table comes before those that it refers to, so that no foreign key is in the way. */
function referringFirst(tables: readonly ManifestTable[]): ManifestTable[] {
  const order = new Set<ManifestTable>()
  const visit = (table: ManifestTable, seen: ReadonlySet<string>) => {
    if (order.has(table) || seen.has(table.name)) return
    const within = new Set([...seen, table.name])
    for (const other of tables) {
      if (other.constraints.some(({ references }) => references === table.name)) {
        visit(other, within)
      }
    }
    order.add(table)
  }
  for (const table of tables) visit(table, new Set())
  return [...order]
}

import { createHash } from 'node:crypto'
import pg from 'pg'
import { fromPg } from '../../database/index.js'
import { driftpinVersion } from '../../pglite/index.js'
import type { ReadOptions } from '../harness-options.js'
import { prepare } from '../load-template.js'
import { runFunctionsOn } from '../run-functions.js'
import type { HarnessStatistics } from '../statistics.js'
import { databaseNames } from './database-names.js'
import type { ServerDatabases } from './server-databases.js'
import { openServerTestDatabase } from './server-test-database.js'
import { templateText } from './stamp.js'
import { withTemplateLock } from './template-lock.js'

/** A runner of migrations has a second connection, to see who is in its way. */
const migrationClientsMax = 2

/** What templates are made from, and where. */
interface Workshop {
  readonly databases: ServerDatabases
  readonly read: ReadOptions
  readonly statistics: HarnessStatistics
}

/**
 * The database that those of the tests are copies of, made where there is none yet: by one process,
 * for which the others wait. What functions make without a key belongs to this worker alone.
 *
 * @throws DriftpinError What the migrations, the seed and the functions lead to, and then no
 * database is left.
 */
export async function prepareTemplate(workshop: Workshop, key?: string): Promise<string> {
  const { databases, read } = workshop
  const base = () => shared(workshop, nameOf(workshop), () => makeBase(workshop))
  if (read.functions.length === 0) return await base()
  const seeded = async () => makeSeeded(workshop, await base())
  if (key !== undefined) return await shared(workshop, nameOf(workshop, key), seeded)
  const name = await seeded()
  await databases.seal(name)
  return name
}

/** Whose objects they are depends on the user, so that each has its own. */
function nameOf({ databases, read }: Workshop, key?: string): string {
  const parts = [driftpinVersion, read.hash, key, databases.connection.user]
  return databaseNames.template(createHash('sha256').update(JSON.stringify(parts)).digest('hex'))
}

/** A template has its name only once it is whole: what was half made is a leftover of its maker. */
async function shared(
  { databases, statistics }: Workshop,
  name: string,
  make: () => Promise<string>,
): Promise<string> {
  return await withTemplateLock(databases.connection.database, name, async () => {
    if (await databases.exists(name)) {
      statistics.imagesReused++
      await databases.comment(name, templateText)
      return name
    }
    const made = await make()
    await databases.seal(made)
    await databases.comment(made, templateText)
    await databases.rename(made, name)
    return name
  })
}

async function makeBase({ databases, read, statistics }: Workshop): Promise<string> {
  const name = await databases.create()
  statistics.imagesBuilt++
  const connectionString = databases.connection.urlOf(name)
  const pool = new pg.Pool({ connectionString, max: migrationClientsMax })
  // A connection that is lost while nobody uses it is replaced by the pool.
  pool.on('error', () => {})
  try {
    await prepare(fromPg(pool), read)
    await pool.end()
    return name
  } catch (error) {
    await pool.end()
    await databases.drop(name)
    throw error
  }
}

async function makeSeeded({ databases, read }: Workshop, base: string): Promise<string> {
  const name = await databases.create(base)
  const opened = await openServerTestDatabase(databases, name, () => {})
  const isInTransaction = async () => {
    const sessions = await databases.sessions(name)
    return sessions.some(({ state }) => state?.startsWith('idle in') === true)
  }
  try {
    await runFunctionsOn(opened.db, read, isInTransaction)
    await opened.disconnect()
    return name
  } catch (error) {
    await opened.db.close()
    throw error
  }
}

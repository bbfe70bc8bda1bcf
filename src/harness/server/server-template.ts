import { createHash } from 'node:crypto'
import pg from 'pg'
import { fromPg } from '../../database/index.js'
import { driftpinVersion } from '../../pglite/index.js'
import { prepare } from '../load-template.js'
import type { ParsedOptions } from '../parse-options.js'
import { runFunctions } from '../run-functions.js'
import type { HarnessStatistics } from '../statistics.js'
import { databaseNames, templateText, withTemplateLock } from './database-ownership.js'
import type { ServerDatabases } from './server-databases.js'
import { openServerTestDatabase } from './server-test-database.js'

/** The migration runner uses a second connection to see which sessions block it. */
const migrationClientsMax = 2

interface TemplateSource {
  readonly databases: ServerDatabases
  readonly options: ParsedOptions
  readonly statistics: HarnessStatistics
}

/**
 * Creates the database that the test databases are copies of, unless it exists. One process creates
 * it while the others wait. The result of functions without a cache key belongs to this worker
 * only.
 *
 * @returns The name of the template.
 * @throws DriftpinError What the migrations, the seed and the functions throw. No database is left
 * then.
 */
export async function prepareTemplate(source: TemplateSource): Promise<string> {
  const { databases, options } = source
  const base = () => createOnce(source, nameOf(source), () => createBase(source))
  if (options.functions.length === 0) return await base()
  const seeded = async () => createSeeded(source, await base())
  const { cacheKey } = options
  if (cacheKey !== undefined) return await createOnce(source, nameOf(source, cacheKey), seeded)
  const name = await seeded()
  await databases.seal(name)
  return name
}

/** The user is part of the name because the user owns the objects in the template. */
function nameOf({ databases, options }: TemplateSource, cacheKey?: string): string {
  const parts = [driftpinVersion, options.hash, cacheKey, databases.connection.user]
  return databaseNames.template(createHash('sha256').update(JSON.stringify(parts)).digest('hex'))
}

/** A template gets its name when it is complete. Until then it is a database of its worker. */
async function createOnce(
  { databases, statistics }: TemplateSource,
  name: string,
  create: () => Promise<string>,
): Promise<string> {
  return await withTemplateLock(databases.connection.database, name, async () => {
    if (await databases.exists(name)) {
      statistics.imagesReused++
      await databases.comment(name, templateText)
      return name
    }
    const created = await create()
    await databases.seal(created)
    await databases.comment(created, templateText)
    await databases.rename(created, name)
    return name
  })
}

async function createBase({ databases, options, statistics }: TemplateSource): Promise<string> {
  const name = await databases.create()
  statistics.imagesBuilt++
  const connectionString = databases.connection.urlOf(name)
  const pool = new pg.Pool({ connectionString, max: migrationClientsMax })
  // The pool replaces a connection that is lost while it is idle.
  pool.on('error', () => {})
  try {
    await prepare(fromPg(pool), options)
    await pool.end()
    return name
  } catch (error) {
    await pool.end()
    await databases.drop(name)
    throw error
  }
}

async function createSeeded({ databases, options }: TemplateSource, base: string): Promise<string> {
  const name = await databases.create(base)
  const db = await openServerTestDatabase(databases, name, () => {})
  const isInTransaction = async () => {
    const sessions = await databases.sessions(name)
    return sessions.some(({ state }) => state?.startsWith('idle in') === true)
  }
  try {
    await runFunctions(db, options.functions, isInTransaction)
    await db.disconnect()
    return name
  } catch (error) {
    await db.close()
    throw error
  }
}

import { createHash } from 'node:crypto'
import pg from 'pg'
import type { EmbeddedHarnessOptions } from '../../src/harness/index.js'
import { createMigrator, type Database, fromPGlite, fromPg } from '../../src/index.js'
import { bundledFiles } from '../../src/migrations/generated/bundled.js'
import { queryOnce } from './query-once.js'
import { urlWith } from './url-with.js'

/** Migrating a schema takes longer than most tests: so many are there from the start. */
export const installedSchemas = 10

/** A server copies a database for each file, which takes the longer the more there is in it. */
export const installedOnServers = 4

/** What the databases of files on a server are copies of. */
export const installedDatabase = 'installed'

/** The name of the schema of an installation, which needs quotes wherever it is written. */
export const schemaOf = (install: number) => `install ${install}`

const hash = createHash('sha256').update(JSON.stringify(bundledFiles)).digest('hex')

/** The databases that tests of the operations run on: the same image for every file of a run. */
export const installedHarness: EmbeddedHarnessOptions = {
  migrations: false,
  cacheKey: `installed ${installedSchemas} ${hash}`,
  setup: ({ pglite }) => install(installedSchemas, (schema) => fromPGlite(pglite, { schema })),
}

/** Makes the database on a server that those of the test files are copies of. */
export async function installOnServer(url: string): Promise<void> {
  await queryOnce(url, `CREATE DATABASE ${installedDatabase}`)
  const connectionString = urlWith(url, { pathname: `/${installedDatabase}` })
  const pool = new pg.Pool({ connectionString, max: 2 })
  try {
    await install(installedOnServers, (schema) => fromPg(pool, { schema }))
  } finally {
    // A database that somebody is connected to cannot be copied.
    await pool.end()
  }
}

async function install(count: number, databaseOf: (schema: string) => Database): Promise<void> {
  for (let one = 1; one <= count; one++) await createMigrator(databaseOf(schemaOf(one))).up()
}

import type { PGlite } from '@electric-sql/pglite'
import type { Command } from 'commander'
import type pg from 'pg'
import {
  assertSupportedVersion,
  type Database,
  fromPGlite,
  fromPg,
  quoteIdentifier,
  sqlState,
  versionNumber,
} from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Answer, Hear } from './answer.js'
import { askClient } from './ask-client.js'
import { askPGlite } from './ask-pglite.js'
import { UsageError } from './command-error.js'
import {
  checkDataFolder,
  databaseFolderOf,
  dataFolderOf,
  holdsDatabase,
  makeDataFolder,
  usualDataFolder,
} from './data-folder.js'
import { printable } from './printable.js'
import { type MigrationSource, readRemembered } from './remembered-migrations.js'
import { readServing, type Serving } from './serving.js'
import { withFolderLock } from './with-folder-lock.js'

/** Which database a command works on. */
export interface DatabaseOptions {
  readonly database?: string
  readonly data?: string
  readonly schema: string
}

/** Where a database is that was opened. */
interface DatabasePlace {
  /** The data folder of an embedded one, whoever has it open; undefined in memory and elsewhere. */
  readonly folder?: string
  /** The process that has it open and let this one in. */
  readonly serving?: Serving
  /** Whether this command has just made it, empty. */
  readonly isNew?: boolean
}

/** A database that is open for as long as a command works on it. */
export interface OpenedDatabase {
  readonly database: Database
  readonly place: DatabasePlace
  /**
   * Runs statements as they were typed, and answers as PostgreSQL prints it. Names are looked for
   * in the schema that was asked for, and then in `public`.
   */
  ask(text: string, hear: Hear): Promise<Answer[]>
}

type Work<T> = (opened: OpenedDatabase) => Promise<T>

/** Adds the options of {@link DatabaseOptions} to a command. */
export function databaseOptions(command: Command): Command {
  return command
    .option('--database <url>', 'a PostgreSQL server, as postgres://user@host/name')
    .option('--data <dir>', 'an embedded database in a folder; `up` makes one')
    .option('--schema <name>', 'the schema of the tables', 'public')
}

/** The same for a command that takes the dev database where none is named. */
export function devDatabaseOptions(command: Command): Command {
  return command
    .option('--database <url>', 'a PostgreSQL server, as postgres://user@host/name')
    .option('--data <dir>', `the folder of a dev database; ${usualDataFolder} by default`)
    .option('--schema <name>', 'the schema of the tables', 'public')
}

/** What to do where the options name no database, or a folder without one. */
export type Absent = 'create' | 'refuse' | 'pretend'

/**
 * Opens the database that the options name, for as long as the callback runs. A folder without
 * one gets one (`create`), is an error (`refuse`), or is taken for an empty database, which is
 * then made in memory, as is one that is not named at all (`pretend`). A folder that a running
 * `driftpin dev` has is reached through that process.
 */
export async function withDatabase<T>(
  options: DatabaseOptions,
  absent: Absent,
  work: (database: Database, place: DatabasePlace) => Promise<T>,
): Promise<T> {
  return await withOpened(options, absent, ({ database, place }) => work(database, place))
}

/** The same on the dev database where none is named. */
export async function withDevDatabase<T>(options: DatabaseOptions, work: Work<T>): Promise<T> {
  return await withOpened(onDevDatabase(options), 'refuse', work)
}

/** The same options, with the dev database where they name none. */
export function onDevDatabase<O extends DatabaseOptions>(options: O): O {
  const { database, data } = options
  return database === undefined && data === undefined
    ? { ...options, data: usualDataFolder }
    : options
}

/**
 * The migrations that the embedded database of the options was made with. They are those of the
 * schema `public`, which `driftpin dev` migrates.
 */
export async function rememberedBy({
  database,
  data,
  schema,
}: DatabaseOptions): Promise<MigrationSource | undefined> {
  const isRemembered = database === undefined && data !== undefined && schema === 'public'
  return isRemembered ? await readRemembered(await dataFolderOf(data)) : undefined
}

async function withOpened<T>(
  { database, data, schema }: DatabaseOptions,
  absent: Absent,
  work: Work<T>,
): Promise<T> {
  if (database !== undefined && data !== undefined) {
    throw new UsageError('Name one database: --database or --data, not both.')
  }
  if (database !== undefined) return await withServer(database, schema, {}, work)
  if (data !== undefined) {
    const folder = await dataFolderOf(data)
    const serving = await readServing(folder)
    if (serving) return await withServer(serving.url, schema, { folder, serving }, work)
    await checkDataFolder(folder)
    if (absent === 'create' || (await holdsDatabase(folder))) {
      return await withFolder(folder, schema, work)
    }
  }
  if (absent === 'pretend') return await withMemory(schema, work)
  if (data !== undefined) {
    throw new UsageError(
      `There is no database in ${data}. Make one with driftpin dev, or name one with --database.`,
    )
  }
  throw new UsageError('Name a database: --database URL for a server, or --data DIR for a folder.')
}

async function withServer<T>(url: string, schema: string, place: DatabasePlace, work: Work<T>) {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    // The value is not repeated: it may well be a password in the wrong place.
    throw new UsageError('The --database is no URL: write it as postgres://user@host:port/name.')
  }
  // Each engine is loaded only where it is used.
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 })
  // A connection that is lost while nobody uses it is replaced by the next who needs one.
  pool.on('error', () => {})
  try {
    await tryServer(pool).catch((cause) => {
      const { serving } = place
      const which = serving ? `The driftpin dev of process ${serving.pid}` : 'The server'
      throw new UsageError(`${which} cannot be used: ${whyNot(cause)}`, { cause })
    })
    const database = fromPg(pool, { schema })
    const opened: OpenedDatabase = {
      ...{ database, place },
      ask: (text, hear) => askPool(pool, schema, text, hear),
    }
    return await work(opened).catch((error) => {
      throw sqlState(error) === '42501' ? notAllowed(error) : error
    })
  } finally {
    await pool.end()
  }
}

/** A URL that cannot be read makes it throw, and not reject. */
async function tryServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(`SELECT ${versionNumber} AS version`)
  assertSupportedVersion(rows[0]!.version)
}

function notAllowed(cause: Error): UsageError {
  return new UsageError(
    `The user of the --database may not do this: ${printable(cause.message)} (SQLSTATE 42501). ` +
      'Connect as one who may, or see driftpin grants for the rights that it needs.',
    { cause },
  )
}

/** The reason of a failed connection, without the URL, which may hold a password. */
function whyNot(error: unknown): string {
  if (error instanceof DriftpinError) return error.message
  const { message, code } = error as { message?: string; code?: string }
  const said = printable(message ?? String(error))
  const state = sqlState(error)
  if (state) return `${said} (SQLSTATE ${state}).`
  if (code === 'ERR_INVALID_URL') return 'its URL cannot be read. Is everything in it encoded?'
  return code === undefined ? `${said}. Is it a PostgreSQL?` : `${code}.`
}

async function askPool(pool: pg.Pool, schema: string, text: string, hear: Hear): Promise<Answer[]> {
  const client = await pool.connect()
  try {
    if (schema !== 'public') await client.query(searchPath(schema))
    return await askClient(client, text, hear)
  } finally {
    // Whatever was done to the session, nobody else gets it.
    client.release(true)
  }
}

/** Where nobody asked for a schema, that of the role stays. */
const searchPath = (schema: string) => `SET search_path TO ${quoteIdentifier(schema)}, public`

async function withFolder<T>(folder: string, schema: string, work: Work<T>): Promise<T> {
  const { openDatabaseFolder } = await import('./dev/folder-database.js')
  const { settleDatabase } = await import('./dev/replace-database.js')
  await makeDataFolder(folder)
  return await withFolderLock(folder, async () => {
    await settleDatabase(folder)
    const isNew = !(await holdsDatabase(folder))
    if (isNew) await makeEmptyDatabase(folder)
    const { pglite } = await openDatabaseFolder(await databaseFolderOf(folder))
    return await withPGlite(pglite, schema, { folder, isNew }, work)
  })
}

/** Whole or not at all, so that a process that is killed leaves no half of one. */
async function makeEmptyDatabase(folder: string): Promise<void> {
  const { newFolderDatabase } = await import('./dev/new-database.js')
  const { replaceDatabase } = await import('./dev/replace-database.js')
  await replaceDatabase(folder, await newFolderDatabase(folder, { migrations: false }))
}

async function withMemory<T>(schema: string, work: Work<T>): Promise<T> {
  const { PGlite } = await import('@electric-sql/pglite')
  return await withPGlite(await PGlite.create(), schema, {}, work)
}

async function withPGlite<T>(
  pglite: PGlite,
  schema: string,
  place: DatabasePlace,
  work: Work<T>,
): Promise<T> {
  try {
    const database = fromPGlite(pglite, { schema })
    const ask: OpenedDatabase['ask'] = async (text, hear) => {
      if (schema !== 'public') await pglite.exec(searchPath(schema))
      return await askPGlite(pglite, text, hear)
    }
    return await work({ database, place, ask })
  } finally {
    await pglite.close()
  }
}

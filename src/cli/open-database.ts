import type { Command, OptionValues } from '@commander-js/extra-typings'
import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import {
  assertSupportedVersion,
  type Database,
  fromPGlite,
  fromPg,
  quoteIdentifier,
  sqlState,
  unreachable,
  versionNumber,
} from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { UsageError } from './command-error.js'
import {
  checkDataFolder,
  dataFolderOf,
  holdsDatabase,
  readServing,
  replaceDatabase,
  type Serving,
  usualDataFolder,
  withDataFolder,
} from './data-folder.js'
import { type OnNotice, runOnClient, runOnPGlite, type StatementResult } from './statements.js'
import { printable } from './terminal.js'

/** The options that say which database a command works on, and how it prints its result. */
export interface DatabaseOptions {
  readonly database?: string
  readonly data?: string
  readonly schema: string
  readonly json?: boolean
}

/** Where an opened database is. */
interface DatabasePlace {
  /** The data folder of an embedded database. Undefined for one in memory and for a server. */
  readonly folder?: string
  /** The process that serves the data folder, if this command connected to it. */
  readonly serving?: Serving
  /** Whether this command has just created the database, empty. */
  readonly isNew?: boolean
}

/** A database that stays open while a command works on it. */
export interface OpenedDatabase {
  readonly database: Database
  readonly place: DatabasePlace
  /**
   * Runs statements as they were typed. Names are looked up in the schema of the options, then in
   * `public`.
   */
  run(text: string, onNotice: OnNotice): Promise<StatementResult[]>
}

type Work<T> = (opened: OpenedDatabase) => Promise<T>

/**
 * Adds the options of {@link DatabaseOptions} to a command.
 *
 * @internal The declaration of the type that commander infers takes megabytes.
 */
export function databaseOptions<A extends unknown[], O extends OptionValues>(
  command: Command<A, O>,
  dataHelp = 'the folder of an embedded database; `up` creates it',
) {
  return command
    .option('--database <url>', 'a PostgreSQL server, as postgres://user@host/name')
    .option('--data <dir>', dataHelp)
    .option('--schema <name>', 'the schema of the tables', 'public')
}

/**
 * The same and `--json`, for a command that works on the dev database by default.
 *
 * @internal The declaration of the type that commander infers takes megabytes.
 */
export function devDatabaseOptions<A extends unknown[], O extends OptionValues>(
  command: Command<A, O>,
  jsonHelp = 'print JSON',
) {
  const help = `the folder of a dev database (default: ${usualDataFolder})`
  return databaseOptions(command, help).option('--json', jsonHelp)
}

/**
 * What to do if the options name no database or a folder without one: create one in the folder
 * (only if a folder is named), refuse, or use an empty database in memory.
 */
export type IfMissing = 'create' | 'refuse' | 'use memory'

/**
 * Opens the database that the options name while the callback runs. If a running `driftpin dev`
 * serves the folder, the connection goes through that process.
 */
export async function withDatabase<T>(
  { database, data, schema }: DatabaseOptions,
  ifMissing: IfMissing,
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
    if (ifMissing === 'create' || holdsDatabase(folder)) {
      return await withFolder(folder, schema, work)
    }
  }
  if (ifMissing === 'use memory') return await withMemory(schema, work)
  if (data !== undefined) {
    throw new UsageError(
      `There is no database in ${data}. Create one with driftpin dev, or name one with --database.`,
    )
  }
  throw new UsageError('Name a database: --database URL for a server, or --data DIR for a folder.')
}

/** The same, with the dev database as the default. */
export async function withDevDatabase<T>(options: DatabaseOptions, work: Work<T>): Promise<T> {
  return await withDatabase(onDevDatabase(options), 'refuse', work)
}

/** The options with the folder of the dev database if they name no database. */
export function onDevDatabase<O extends DatabaseOptions>(options: O): O {
  const { database, data } = options
  return database === undefined && data === undefined
    ? { ...options, data: usualDataFolder }
    : options
}

async function withServer<T>(url: string, schema: string, place: DatabasePlace, work: Work<T>) {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    // The value is not printed: it may be a password in the wrong place.
    throw new UsageError('--database is not a URL. Write it as postgres://user@host:port/name.')
  }
  // Each engine is loaded only where it is used.
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 })
  // The pool replaces an idle connection that was lost. Without this listener it would throw.
  pool.on('error', () => {})
  try {
    await checkServer(pool).catch((cause) => {
      const { serving } = place
      const which = serving ? `The driftpin dev of process ${serving.pid}` : 'The server'
      throw new UsageError(`${which} cannot be used: ${whyUnusable(cause)}`, { cause })
    })
    const database = fromPg(pool, { schema })
    const opened: OpenedDatabase = {
      ...{ database, place },
      run: (text, onNotice) => runOnPool(pool, schema, text, onNotice),
    }
    return await work(opened).catch((error) => {
      throw sqlState(error) === '42501' ? notPermitted(error) : error
    })
  } finally {
    await pool.end()
  }
}

/** For an unreadable URL, `pool.query` throws instead of rejecting; so this is async. */
async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(`SELECT ${versionNumber} AS version`)
  assertSupportedVersion(rows[0]!.version)
}

function notPermitted(cause: Error): UsageError {
  return new UsageError(
    `The user of --database lacks a permission: ${printable(cause.message)} (SQLSTATE 42501). ` +
      'Connect as another user, or see driftpin grants for the rights that it needs.',
    { cause },
  )
}

/** Why a connection failed, without the URL, which may contain a password. */
function whyUnusable(cause: unknown): string {
  const error = unreachable(cause)
  if (error instanceof DriftpinError) return error.message
  const { message, code } = error as { message?: string; code?: string }
  const said = printable(message ?? String(error))
  const state = sqlState(error)
  if (state) return `${said} (SQLSTATE ${state}).`
  if (code === 'ERR_INVALID_URL') {
    return 'its URL cannot be read. Are all special characters in it encoded?'
  }
  return code === undefined ? `${said}. Is it a PostgreSQL server?` : `${code}.`
}

async function runOnPool(pool: pg.Pool, schema: string, text: string, onNotice: OnNotice) {
  const client = await pool.connect()
  try {
    if (schema !== 'public') await client.query(searchPath(schema))
    return await runOnClient(client, text, onNotice)
  } finally {
    // The statements may have changed the session, so the connection is closed.
    client.release(true)
  }
}

/** Used only if --schema is given. Otherwise the search path of the role stays. */
const searchPath = (schema: string) => `SET search_path TO ${quoteIdentifier(schema)}, public`

async function withFolder<T>(folder: string, schema: string, work: Work<T>): Promise<T> {
  const { openInFolder } = await import('./dev/served-database.js')
  return await withDataFolder(folder, async () => {
    const isNew = !holdsDatabase(folder)
    if (isNew) {
      const { newFolderDatabase } = await import('./dev/new-database.js')
      await replaceDatabase(folder, await newFolderDatabase(folder, { migrations: false }))
    }
    const { pglite } = await openInFolder(folder)
    return await withPGlite(pglite, schema, { folder, isNew }, work)
  })
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
    const run: OpenedDatabase['run'] = async (text, onNotice) => {
      if (schema !== 'public') await pglite.exec(searchPath(schema))
      return await runOnPGlite(pglite, text, onNotice)
    }
    return await work({ database, place, run })
  } finally {
    await pglite.close()
  }
}

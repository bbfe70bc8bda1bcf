import { mkdir, readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Database } from '../database/database.js'
import { fromPg } from '../database/from-pg.js'
import { fromPGlite } from '../database/from-pglite.js'
import { sqlState } from '../database/sql-state.js'
import { UsageError } from './command-error.js'
import { lockName, withFolderLock } from './with-folder-lock.js'

/** Which database a command works on. */
export interface DatabaseOptions {
  readonly database?: string
  readonly data?: string
  readonly schema: string
}

/** Adds the options of {@link DatabaseOptions} to a command. */
export function databaseOptions(command: Command): Command {
  return command
    .option('--database <url>', 'a PostgreSQL server, as postgres://user@host/name')
    .option('--data <dir>', 'an embedded database in a folder, made where there is none')
    .option('--schema <name>', 'the schema of the tables', 'public')
}

/** What to do where the options name no database, or a folder without one. */
export type Absent = 'create' | 'refuse' | 'pretend'

/**
 * Opens the database that the options name, for as long as the callback runs. A folder without
 * one gets one (`create`), is an error (`refuse`), or is taken for an empty database, which is
 * then made in memory, as is one that is not named at all (`pretend`).
 */
export async function withDatabase<T>(
  { database, data, schema }: DatabaseOptions,
  absent: Absent,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  if (database !== undefined && data !== undefined) {
    throw new UsageError('Name one database: --database or --data, not both.')
  }
  if (database !== undefined) return await withServer(database, schema, work)
  if (data !== undefined && (absent === 'create' || (await holdsDatabase(data)))) {
    return await withFolder(resolve(data), schema, work)
  }
  if (absent === 'pretend') return await withEmbedded(undefined, schema, work)
  if (data !== undefined) {
    throw new UsageError(`There is no database in ${data}. Make one with: driftpin migrate up.`)
  }
  throw new UsageError('Name a database: --database URL for a server, or --data DIR for a folder.')
}

async function withServer<T>(
  url: string,
  schema: string,
  work: (database: Database) => Promise<T>,
) {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    // The value is not repeated: it may well be a password in the wrong place.
    throw new UsageError('The --database is no URL: write it as postgres://user@host:port/name.')
  }
  // Each engine is loaded only where it is used.
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 })
  try {
    await pool.query('SELECT 1').catch((error) => {
      throw new UsageError(`The server cannot be used: ${whyNot(error)}.`, { cause: error })
    })
    return await work(fromPg(pool, { schema }))
  } finally {
    await pool.end()
  }
}

/** The reason of a failed connection, without the URL, which may hold a password. */
function whyNot(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string }
  const state = sqlState(error)
  return state ? `${message} (SQLSTATE ${state})` : (code ?? message ?? String(error))
}

async function withFolder<T>(
  folder: string,
  schema: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  await checkFolder(folder)
  return await withFolderLock(folder, () => withEmbedded(folder, schema, work))
}

async function withEmbedded<T>(
  folder: string | undefined,
  schema: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { PGlite } = await import('@electric-sql/pglite')
  const client = new PGlite(folder)
  try {
    await client.waitReady
    return await work(fromPGlite(client, { schema }))
  } finally {
    await client.close()
  }
}

async function holdsDatabase(folder: string): Promise<boolean> {
  const names: string[] = await readdir(folder).catch(() => [])
  if (names.length > 0) await checkFolder(resolve(folder))
  return names.includes('PG_VERSION')
}

/** Anything but a data folder or room for one would be buried under a thousand files. */
async function checkFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const names = await readdir(folder)
    const foreign = names.filter((name) => !name.startsWith(lockName))
    if (foreign.length > 0 && !names.includes('PG_VERSION')) {
      throw new UsageError(`${folder} holds other files and no database. Name another folder.`)
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code } = error as { code?: string }
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'it is a file' : (code ?? String(error))
    throw new UsageError(`${folder} cannot hold a database: ${why}.`, { cause: error })
  }
}

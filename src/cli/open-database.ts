import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Database } from '../database/database.js'
import { fromPg } from '../database/from-pg.js'
import { fromPGlite } from '../database/from-pglite.js'
import { sqlState } from '../database/sql-state.js'
import { UsageError } from './command-error.js'

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

/** Opens the database that the options name, for as long as the callback runs. */
export async function withDatabase<T>(
  { database, data, schema }: DatabaseOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  if (database !== undefined && data !== undefined) {
    throw new UsageError('Name one database: --database or --data, not both.')
  }
  if (database !== undefined) return await withServer(database, schema, work)
  if (data !== undefined) return await withFolder(resolve(data), schema, work)
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
  const lock = join(folder, 'driftpin.lock')
  await takeLock(lock, folder)
  try {
    const { PGlite } = await import('@electric-sql/pglite')
    const client = new PGlite(folder)
    try {
      await client.waitReady
      return await work(fromPGlite(client, { schema }))
    } finally {
      await client.close()
    }
  } finally {
    await rm(lock, { force: true })
  }
}

/** Anything but a data folder or room for one would be buried under a thousand files. */
async function checkFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const names = await readdir(folder)
    const foreign = names.filter((name) => name !== 'driftpin.lock')
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

/** PGlite itself would let two processes write one folder, and ruin it. */
async function takeLock(lock: string, folder: string): Promise<void> {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') {
        throw new UsageError(`${folder} cannot be written.`, { cause: error })
      }
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
    if (isRunning(holder)) {
      throw new UsageError(`${folder} is in use by process ${holder}. Stop that one first.`)
    }
    await rm(lock, { force: true })
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

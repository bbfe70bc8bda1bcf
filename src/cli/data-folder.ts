import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Database } from '../database/index.js'
import { UsageError } from './command-error.js'
import { folderHolder, withFolderLock } from './with-folder-lock.js'

/** The folder of the dev database of a project, by default. */
export const usualDataFolder = '.driftpin'

/** The file that marks a folder as PostgreSQL's and contains its major version. */
export const versionFile = 'PG_VERSION'

const databaseName = 'database'

/** The major version of PGlite's PostgreSQL, which cannot open folders of other versions. */
export const postgresMajor = 18

/** The name of a database while another one takes its place. */
export const oldName = 'database.old'

const newPrefix = `${databaseName}.new-`

const driftpinNames =
  /^(database|driftpin\.lock|serving\.json)([.-].*)?$|^(images|failed|laws|stats)$|^\.git/

/** Whether driftpin creates files of this name in a data folder. */
export const isDriftpinFile = (name: string): boolean => driftpinNames.test(name)

/** The default folder of a project may contain more, because other parts of driftpin use it. */
const isDriftpinFolder = (folder: string, names: readonly string[]) =>
  basename(folder) === usualDataFolder || names.every(isDriftpinFile)

/**
 * Returns the data folder for a path. A path to the database inside a data folder gives the data
 * folder, because both must use the same lock.
 */
export async function dataFolderOf(named: string): Promise<string> {
  const folder = resolve(named)
  if (basename(folder) !== databaseName || !has(folder, versionFile)) return folder
  const parent = dirname(folder)
  return isDriftpinFolder(parent, await readdir(parent).catch(() => [])) ? parent : folder
}

/**
 * PostgreSQL's folder in a data folder: `database` in it, or the folder itself if a PGlite outside
 * driftpin created it.
 */
export function databaseFolderOf(folder: string): string {
  return has(folder, versionFile) ? folder : join(folder, databaseName)
}

/**
 * Whether a data folder contains a database. This includes a database that a killed process was
 * about to replace: the next holder of the lock puts it back.
 */
export function holdsDatabase(folder: string): boolean {
  return has(databaseFolderOf(folder), versionFile) || has(join(folder, oldName), versionFile)
}

/**
 * Checks that a folder is, or can become, a data folder.
 *
 * @throws UsageError for a folder with other files, because PostgreSQL would add a thousand files,
 * and for a path that cannot be a folder.
 */
export async function checkDataFolder(folder: string): Promise<void> {
  if (holdsDatabase(folder)) return
  const names = await readdir(folder).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw cannotHold(folder, error)
  })
  if (isDriftpinFolder(folder, names)) return
  throw new UsageError(`${folder} contains other files and no database. Name another folder.`)
}

/**
 * Runs `work` while no other process uses a data folder. The folder is created if it is missing;
 * only the current user may read it. What a killed process or a failure left is cleaned up.
 *
 * @throws UsageError for a folder that another process uses, and for a path that cannot be a folder
 */
export async function withDataFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    throw cannotHold(folder, error)
  })
  return await withFolderLock(folder, async () => {
    await settleDatabase(folder)
    return await work().catch(async (error) => {
      // The error of the work is the one to report, and the next process cleans up too.
      await settleDatabase(folder).catch(() => {})
      throw error
    })
  })
}

function cannotHold(folder: string, cause: { code?: string }): UsageError {
  const { code } = cause
  const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'it is a file' : (code ?? String(cause))
  return new UsageError(`${folder} cannot hold a database: ${why}.`, { cause })
}

const has = (folder: string, name: string) => existsSync(join(folder, name))

/** Where a new database is created before it takes its place in a data folder. */
export function newDatabaseFolder(folder: string, id: string = randomUUID()): string {
  return join(folder, `${newPrefix}${id}`)
}

/** A database that has taken the place of another one, which still exists. */
export interface Replacement {
  /** Deletes the old database. */
  keep(): Promise<void>
  /** Puts the old database back and deletes the new one. */
  undo(): Promise<void>
}

/**
 * Puts a complete database in the place of the one in a data folder, if there is one. If the
 * process is killed before `keep` or `undo`, {@link settleDatabase} puts the old one back. The
 * caller holds the folder's lock.
 */
export async function replaceDatabase(folder: string, made: string): Promise<Replacement> {
  const [database, old] = [join(folder, databaseName), join(folder, oldName)]
  const hasOld = existsSync(database)
  if (hasOld) await rename(database, old)
  await rename(made, database).catch(async (error) => {
    if (hasOld) await rename(old, database)
    throw error
  })
  return {
    keep: async () => {
      if (!hasOld) return
      // After this rename the old database counts as garbage, even if deleting it fails.
      const garbage = newDatabaseFolder(folder)
      await rename(old, garbage)
      await rm(garbage, { recursive: true, force: true }).catch(() => {})
    },
    undo: async () => {
      // Moved away first: if the process is killed here, the old database is put back.
      const failed = newDatabaseFolder(folder)
      await rename(database, failed)
      if (hasOld) await rename(old, database)
      await rm(failed, { recursive: true, force: true })
    },
  }
}

/**
 * Cleans up after a process that was killed while it replaced a database. If the new database was
 * not kept yet, it may not start, so the old one is put back. The caller holds the folder's lock.
 */
export async function settleDatabase(folder: string): Promise<void> {
  const [database, old] = [join(folder, databaseName), join(folder, oldName)]
  if (existsSync(old)) {
    if (existsSync(database)) await rename(database, newDatabaseFolder(folder))
    await rename(old, database)
  }
  for (const name of await readdir(folder)) {
    if (!name.startsWith(newPrefix) && !name.startsWith(`${servingName}.`)) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

/**
 * Refuses to replace a database that a PGlite outside driftpin created.
 *
 * @throws UsageError
 */
export function refuseForeignDatabase(folder: string, what: string): void {
  if (!existsSync(join(folder, versionFile))) return
  throw new UsageError(
    `${folder} was made by a PGlite outside driftpin, and ${what} would replace it. ` +
      'Name another folder with --data.',
  )
}

/** A process that serves the database of a data folder to other processes. */
export interface Serving {
  readonly pid: number
  readonly url: string
  readonly startedAt: string
  /** The last image that it was asked to restore, and the problem if it could not. */
  readonly restored?: { readonly id: string; readonly problem?: string | undefined } | undefined
}

const servingName = 'serving.json'
const servingFile = (folder: string) => join(folder, servingName)

/** The process that serves a data folder. It must be running and hold the folder's lock. */
export async function readServing(folder: string): Promise<Serving | undefined> {
  try {
    const text = await readFile(servingFile(folder), 'utf8')
    const serving = (await servingShape()).parse(JSON.parse(text))
    return serving.pid === (await folderHolder(folder)) ? serving : undefined
  } catch {
    // There is no such file, or a killed process left it unfinished.
    return undefined
  }
}

/** Loaded only by readers, because `driftpin dev` only writes the file and should start fast. */
async function servingShape() {
  const { z } = await import('zod')
  return z.object({
    pid: z.int(),
    url: z.string(),
    startedAt: z.iso.datetime(),
    restored: z.object({ id: z.string(), problem: z.string().optional() }).optional(),
  })
}

/** Publishes where the database is. The write is atomic, and only the current user may read it. */
export async function writeServing(folder: string, serving: Serving): Promise<void> {
  const unfinished = `${servingFile(folder)}.${process.pid}`
  await writeFile(unfinished, JSON.stringify(serving), { mode: 0o600 })
  await rename(unfinished, servingFile(folder))
}

/** Must happen before the folder's lock is released. */
export async function removeServing(folder: string): Promise<void> {
  await rm(servingFile(folder), { force: true })
}

/** The channel on which a running `driftpin dev` is asked to restore an image. */
export const restoreChannel = 'driftpin_dev_restore'

/** The id of a database that lies beside the served one, and the name of its image. */
export interface RestoreRequest {
  readonly id: string
  readonly name: string
}

/** Listens for requests until the engine ends. Other payloads are ignored. */
export async function listenForRestores(
  database: Database,
  onRequest: (request: RestoreRequest) => void,
): Promise<void> {
  await database.listen(restoreChannel, (payload) => {
    const [id, name] = payload.split(' ')
    // Any client may send a payload, and the id becomes part of a path.
    if (id && name && /^[0-9a-f-]{36}$/.test(id)) onRequest({ id, name })
  })
}

/** A request as the payload of a notification. */
export const restorePayload = ({ id, name }: RestoreRequest): string => `${id} ${name}`

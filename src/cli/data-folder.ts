import { mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pathExists } from '../harness/index.js'
import { UsageError } from './command-error.js'

/** Where the database of a project is, unless a command is told otherwise. */
export const usualDataFolder = '.driftpin'

/** The file that says that a folder is PostgreSQL's, and of which version. */
export const versionFile = 'PG_VERSION'

/** The database of a data folder. */
export const databaseName = 'database'

/** What lies beside it while another takes its place. */
export const oldName = 'database.old'

/** What driftpin itself puts into a data folder, half-made things and locks included. */
const ours =
  /^(database|driftpin\.lock|serving\.json)([.-].*)?$|^(images|failed|laws|stats)$|^\.git/

/** Whether a name in a data folder, or in a database that is its own, is of driftpin's making. */
export const isDriftpins = (name: string): boolean => ours.test(name)

/** In a project's own folder the tools of driftpin keep more, such as what is being built. */
const isOurs = (folder: string, names: readonly string[]) =>
  basename(folder) === usualDataFolder || names.every(isDriftpins)

/**
 * The data folder that was meant: somebody who names the database inside one means the same
 * database, and has to meet the same lock.
 */
export async function dataFolderOf(named: string): Promise<string> {
  const folder = resolve(named)
  if (basename(folder) !== databaseName || !(await has(folder, versionFile))) return folder
  const around = dirname(folder)
  return isOurs(around, await readdir(around).catch(() => [])) ? around : folder
}

/**
 * The folder that PostgreSQL has in a data folder: `database` in it, or the folder itself where
 * a PGlite made it elsewhere.
 */
export async function databaseFolderOf(folder: string): Promise<string> {
  return (await has(folder, versionFile)) ? folder : join(folder, databaseName)
}

/**
 * Whether there is a database in a data folder, be it one that a process which died was about to
 * replace: whoever has the folder's lock puts that back.
 */
export async function holdsDatabase(folder: string): Promise<boolean> {
  return (
    (await has(await databaseFolderOf(folder), versionFile)) ||
    (await has(join(folder, oldName), versionFile))
  )
}

/**
 * Looks at what a data folder is to be made of, if anything.
 *
 * @throws UsageError for a folder of somebody else's, which would be buried under a thousand files,
 * and for what can be no folder.
 */
export async function checkDataFolder(folder: string): Promise<void> {
  if (await holdsDatabase(folder)) return
  const names = await readdir(folder).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw cannotHold(folder, error)
  })
  if (isOurs(folder, names)) return
  throw new UsageError(`${folder} holds other files and no database. Name another folder.`)
}

/** Makes a data folder where there is none, which only this user may read. */
export async function makeDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    throw cannotHold(folder, error)
  })
}

function cannotHold(folder: string, cause: { code?: string }): UsageError {
  const { code } = cause
  const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'it is a file' : (code ?? String(cause))
  return new UsageError(`${folder} cannot hold a database: ${why}.`, { cause })
}

const has = (folder: string, name: string) => pathExists(join(folder, name))

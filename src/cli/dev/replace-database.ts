import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../command-error.js'
import { databaseName, oldName, versionFile } from '../data-folder.js'

const newPrefix = `${databaseName}.new-`

const databaseOf = (folder: string) => join(folder, databaseName)
const oldOf = (folder: string) => join(folder, oldName)

/** Where a database is made that is to be the one of a data folder. */
export function newDatabaseFolder(folder: string, id: string = randomUUID()): string {
  return join(folder, `${newPrefix}${id}`)
}

/** A database that took the place of another, which is still there. */
export interface Replacement {
  /** Removes the other one. */
  keep(): Promise<void>
  /** Puts the other one back, and removes this one. */
  undo(): Promise<void>
}

/**
 * Lets a whole database take the place of the one of a data folder, which may have none yet. A
 * process that is killed in between leaves both, of which {@link settleDatabase} makes one. The
 * caller has the folder's lock.
 */
export async function replaceDatabase(folder: string, made: string): Promise<Replacement> {
  const [database, old] = [databaseOf(folder), oldOf(folder)]
  const hasOld = existsSync(database)
  if (hasOld) await rename(database, old)
  await rename(made, database).catch(async (error) => {
    if (hasOld) await rename(old, database)
    throw error
  })
  return {
    keep: async () => {
      if (!hasOld) return
      // By the name that it gets here it is nobody's any more, whatever becomes of its files.
      const gone = newDatabaseFolder(folder)
      await rename(old, gone)
      await rm(gone, { recursive: true, force: true }).catch(() => {})
    },
    undo: async () => {
      // Out of the way first: what is killed here finds the old one and puts it back.
      const failed = newDatabaseFolder(folder)
      await rename(database, failed)
      if (hasOld) await rename(old, database)
      await rm(failed, { recursive: true, force: true })
    },
  }
}

/**
 * Ends what a process that was killed has left half way: a database that was not kept yet has not
 * shown that it can be served, and the other one comes back. The caller has the folder's lock.
 */
export async function settleDatabase(folder: string): Promise<void> {
  const [database, old] = [databaseOf(folder), oldOf(folder)]
  if (existsSync(old)) {
    if (existsSync(database)) await rename(database, newDatabaseFolder(folder))
    await rename(old, database)
  }
  for (const name of await readdir(folder)) {
    if (!name.startsWith(newPrefix)) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

/**
 * Refuses to replace a folder that a PGlite made by itself: whatever else it may be used for, it
 * is nobody's but the one's who made it.
 *
 * @throws UsageError
 */
export function refuseForeignDatabase(folder: string, what: string): void {
  if (!existsSync(join(folder, versionFile))) return
  throw new UsageError(
    `${folder} was made by a PGlite, not by driftpin dev, and ${what} would replace it. ` +
      'Name another folder with --data.',
  )
}

import { existsSync } from 'node:fs'
import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Queryable } from '../../database/index.js'
import { findLedgers, ledgerName } from '../../migrations/index.js'
import {
  driftpinVersion,
  type FolderFacts,
  type ImageVersions,
  isRunning,
  type OnProgress,
  readWasm,
  writeFolderImage,
} from '../../pglite/index.js'
import { UsageError } from '../command-error.js'
import { databaseFolderOf, isDriftpinFile } from '../data-folder.js'
import { withDevDatabase } from '../open-database.js'
import { migrationLabel } from '../terminal.js'
import { factsOf, type ImageFacts, imageFile, imagesFolder } from './images.js'

/** A saved image. */
export interface SavedImage extends ImageFacts {
  readonly name: string
  readonly file: string
  readonly bytes: number
}

/**
 * Saves the database of a data folder as an image. If a `driftpin dev` serves it, a transaction
 * keeps other clients from writing while the files are copied.
 *
 * @param options.force Whether to replace an image of the same name.
 * @throws UsageError for an invalid name, and for a name that is in use unless `force` is set
 */
export async function saveImage(
  folder: string,
  name: string,
  { force = false, onProgress }: { force?: boolean | undefined; onProgress?: OnProgress } = {},
): Promise<SavedImage> {
  const file = imageFile(folder, name)
  if (existsSync(file) && !force) throw taken(name)
  return await withDevDatabase({ data: folder, schema: 'public' }, async ({ database }) => {
    const unfinished = `${file}.${process.pid}.tmp`
    await mkdir(imagesFolder(folder), { recursive: true, mode: 0o700 })
    await removeUnfinished(folder)
    try {
      const facts = await database.transaction(async (transaction) => {
        // The checkpoint writes everything that is only in memory to the files.
        await transaction.script('CHECKPOINT')
        const found = await readFacts(transaction)
        const source = databaseFolderOf(folder)
        await writeFolderImage(source, unfinished, found, isDriftpinFile, onProgress)
        return factsOf(found)
      })
      if (force) await rename(unfinished, file)
      else await linkNew(unfinished, file, name)
      return { name, file, bytes: (await stat(file)).size, ...facts }
    } finally {
      await rm(unfinished, { force: true })
    }
  })
}

/** Gives an image its name. Unlike rename, link fails if another save was faster. */
async function linkNew(unfinished: string, file: string, name: string): Promise<void> {
  await link(unfinished, file).catch((error) => {
    throw error.code === 'EEXIST' ? taken(name, error) : error
  })
}

function taken(name: string, cause?: unknown): UsageError {
  return new UsageError(`An image ${name} exists already. Replace it with --force.`, { cause })
}

/** Deletes the unfinished images of processes that were killed. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(imagesFolder(folder))) {
    const pid = /\.image\.(\d+)\.tmp$/.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    await rm(join(imagesFolder(folder), basename(name)), { force: true })
  }
}

async function readFacts(
  queryable: Queryable,
): Promise<FolderFacts & { readonly versions: ImageVersions }> {
  const { rows } = await queryable.query<{ postgres: string; at: Date }>(
    `SELECT current_setting('server_version') AS postgres, clock_timestamp() AS at`,
  )
  const { postgres, at } = rows[0]!
  // A project may have chosen another name for its ledger.
  const ledgers = await findLedgers(queryable)
  const ledger = ledgers.find(({ table }) => table === ledgerName) ?? ledgers[0]
  const entries = (await ledger?.read(queryable)) ?? []
  const newest = entries.at(-1)
  const migrations = { applied: entries.length, newest: newest ? migrationLabel(newest) : null }
  const { version: pglite } = await readWasm()
  const versions = { driftpin: driftpinVersion, pglite, postgres }
  return { versions, savedAt: at.toISOString(), migrations }
}

import { existsSync } from 'node:fs'
import { rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '../command-error.js'
import {
  checkDataFolder,
  databaseFolderOf,
  dataFolderOf,
  holdsDatabase,
  type Replacement,
  readServing,
  refuseForeignDatabase,
  replaceDatabase,
  usualDataFolder,
  versionFile,
  withDataFolder,
} from '../data-folder.js'
import { writeRemembered } from '../migrations.js'
import { endWithoutWaiting } from '../stop.js'
import type { DevRun, StartedDatabase } from './dev-run.js'
import { openInFolder, ServedDatabase } from './served-database.js'

type Work = (started: StartedDatabase, ready: () => Promise<void>) => Promise<void>

/**
 * Starts the database of a data folder while the callback runs. The folder and the database are
 * created if they are missing. A new database replaces an old one permanently only when the
 * callback calls `ready`; before that, a failure puts the old one back.
 *
 * @returns The folder.
 * @throws UsageError for a folder that another process uses, and for one that is no data folder.
 */
export async function withDevFolder(run: DevRun, work: Work): Promise<string> {
  const folder = await dataFolderOf(run.options.data ?? usualDataFolder)
  await checkDataFolder(folder)
  if (run.options.fresh) refuseForeignDatabase(folder, '--fresh')
  const isNew = !existsSync(folder)
  try {
    await withDataFolder(folder, () => startIn(folder, run, work)).catch(async (error) => {
      throw (await inUse(folder, error)) ?? error
    })
    return folder
  } finally {
    // This removes the folder only if it is empty, because nothing was created in it.
    if (isNew) await rmdir(folder).catch(() => {})
  }
}

/** If a driftpin dev uses the folder, the error says how to connect to it. */
async function inUse(folder: string, error: unknown): Promise<UsageError | undefined> {
  const serving = error instanceof UsageError ? await readServing(folder) : undefined
  if (!serving || serving.pid === process.pid) return undefined
  return new UsageError(
    `${folder} is in use by process ${serving.pid}, a driftpin dev. Connect to it at ` +
      `${serving.url}, or stop it first.`,
    { cause: error },
  )
}

async function startIn(folder: string, run: DevRun, work: Work): Promise<void> {
  const { options, stop } = run
  const isNew = options.fresh || !holdsDatabase(folder)
  let replacement: Replacement | undefined
  let seeded: string | null = null
  if (isNew) {
    const template = await run.template()
    stop.signal.throwIfAborted()
    const { newFolderDatabase } = await import('./new-database.js')
    const made = await newFolderDatabase(folder, template.options)
    stop.signal.throwIfAborted()
    await writeRemembered(made, folder, run.source)
    replacement = await replaceDatabase(folder, made)
    seeded = template.seeded
  }
  const database = new ServedDatabase(folder, () => openInFolder(folder))
  let isReady = false
  try {
    stop.signal.throwIfAborted()
    await database.start()
    await work({ database, isNew, seeded }, async () => {
      isReady = true
      if (!existsSync(join(folder, versionFile))) await hideFromGit(folder)
      await replacement?.keep()
      if (!isNew) await updateRemembered(folder, run)
    })
  } finally {
    await database.close().catch(() => database.abandon())
    if (!isReady) await replacement?.undo()
    if (database.hasLeftEngine) endWithoutWaiting()
  }
}

/**
 * Updates the record: a database of an earlier version has none, and the folder of the migrations
 * may have been moved. Migrations with another ledger are additional ones and are not recorded.
 */
async function updateRemembered(folder: string, { source, remembered }: DevRun): Promise<void> {
  if (remembered && remembered.ledger !== source.ledger) return
  if (isDeepStrictEqual(remembered, source)) return
  await writeRemembered(databaseFolderOf(folder), folder, source)
}

/** A dev database must not be committed to git. */
async function hideFromGit(folder: string): Promise<void> {
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {})
}

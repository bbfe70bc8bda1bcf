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
  makeDataFolder,
  usualDataFolder,
  versionFile,
} from '../data-folder.js'
import { endWithoutWaiting } from '../end-without-waiting.js'
import { writeRemembered } from '../remembered-migrations.js'
import { readServing } from '../serving.js'
import { withFolderLock } from '../with-folder-lock.js'
import type { DevRun, StartedDatabase } from './dev-run.js'
import { FolderDatabase } from './folder-database.js'
import {
  type Replacement,
  refuseForeignDatabase,
  replaceDatabase,
  settleDatabase,
} from './replace-database.js'

type Work = (started: StartedDatabase, ready: () => Promise<void>) => Promise<void>

/**
 * Starts the database of a data folder, which is made where there is none, for as long as the
 * callback runs. Until the callback says that it is ready everything can be taken back: a database
 * that is made anew only then takes the place of another for good.
 *
 * @returns The folder.
 * @throws UsageError for a folder that somebody else has, or that is somebody else's.
 */
export async function withDevFolder(run: DevRun, work: Work): Promise<string> {
  const folder = await dataFolderOf(run.options.data ?? usualDataFolder)
  await checkDataFolder(folder)
  if (run.options.fresh) refuseForeignDatabase(folder, '--fresh')
  const isNew = !existsSync(folder)
  await makeDataFolder(folder)
  try {
    await withFolderLock(folder, () => startIn(folder, run, work)).catch(async (error) => {
      throw (await inUse(folder, error)) ?? error
    })
    return folder
  } finally {
    // Where something came of it, it is not empty.
    if (isNew) await rmdir(folder).catch(() => {})
  }
}

/** Who is refused because of a driftpin dev can as well use it. */
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
  await settleDatabase(folder)
  const isNew = options.fresh || !(await holdsDatabase(folder))
  let replacement: Replacement | undefined
  let seeded: string | undefined
  if (isNew) {
    const template = await run.template()
    const made = await make(folder, run, template.options)
    await writeRemembered(made, folder, run.source)
    replacement = await replaceDatabase(folder, made)
    seeded = template.seeded
  }
  const database = new FolderDatabase(await databaseFolderOf(folder))
  let isReady = false
  try {
    stop.signal.throwIfAborted()
    await database.start()
    const started = { database, folder, isNew, seeded: seeded ?? null }
    await work(started, async () => {
      isReady = true
      if (!existsSync(join(folder, versionFile))) await hideFromGit(folder)
      await replacement?.keep()
      if (!isNew) await rememberAgain(folder, run)
    })
  } finally {
    await database.close().catch(() => database.abandon())
    if (!isReady) await replacement?.undo()
    if (database.hasLeftEngine) endWithoutWaiting()
  }
}

/**
 * A database of an earlier version has no record yet, and the folder of its migrations may have
 * been moved. Migrations with another ledger come on top of those it was made with.
 */
async function rememberAgain(folder: string, { source, remembered }: DevRun): Promise<void> {
  if (remembered && remembered.ledger !== source.ledger) return
  if (isDeepStrictEqual(remembered, source)) return
  await writeRemembered(await databaseFolderOf(folder), folder, source)
}

async function make(
  folder: string,
  { stop }: DevRun,
  options: Parameters<typeof import('./new-database.js').newFolderDatabase>[1],
): Promise<string> {
  stop.signal.throwIfAborted()
  const { newFolderDatabase } = await import('./new-database.js')
  try {
    const made = await newFolderDatabase(folder, options)
    stop.signal.throwIfAborted()
    return made
  } catch (error) {
    // What is there by now of it.
    await settleDatabase(folder)
    throw error
  }
}

/** A dev database is nobody's commit. */
async function hideFromGit(folder: string): Promise<void> {
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {})
}

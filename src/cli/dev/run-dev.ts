import { DriftpinError, type ErrorCode } from '../../errors.js'
import { openStop } from '../open-stop.js'
import { readFolder } from '../with-migrator.js'
import type { DevOptions } from './dev-options.js'
import { createDevReport } from './dev-report.js'
import type { DevRun, StartedDatabase } from './dev-run.js'
import { DevSession } from './dev-session.js'
import { migrateDatabase } from './migrate-database.js'
import { serveDatabase } from './serve-database.js'
import type { DevTemplate } from './template-options.js'
import { directoryIds } from './watch/directory-ids.js'
import { withDevFolder } from './with-dev-folder.js'

/** `driftpin dev`: from the start of the process until somebody stops it. */
export async function runDev(options: DevOptions): Promise<void> {
  using stop = openStop('Stopping. Once more, and it ends at once: nothing committed is lost.')
  const report = createDevReport(options.json)
  try {
    const run = { options, stop, report, ...(await readInput(options)) }
    const folder = options.memory
      ? await serveInMemory(run)
      : await withDevFolder(run, (started, ready) => serveUntilStopped(run, started, ready))
    report.stopped(true, folder)
  } catch (error) {
    if (error !== stop.signal.reason) throw error
    report.stopped(false, null)
  }
}

/** What was named is looked at before anything is made; what was not is not even loaded. */
async function readInput(
  options: DevOptions,
): Promise<Pick<DevRun, 'migrator' | 'template' | 'watch'>> {
  const { ledger } = options
  const migrations = await readFolder(options)
  const migrator = { ...(migrations && { migrations }), ...(ledger !== undefined && { ledger }) }
  let read: Promise<DevTemplate> | undefined
  const template = () => {
    read ??= import('./template-options.js').then((it) => it.readTemplate(options, migrator))
    return read
  }
  // A seed that cannot be read is told whether it is needed or not.
  if (options.seed !== undefined) await template()
  if (options.watch === undefined) return { migrator, template, watch: undefined }
  const { watchedRoot } = await import('./watch/watched-root.js')
  return { migrator, template, watch: await watchedRoot(options.watch) }
}

async function serveInMemory(run: DevRun): Promise<null> {
  const { newMemoryDatabase } = await import('./new-database.js')
  const { options, seeded = null } = await run.template()
  const database = await newMemoryDatabase(options)
  try {
    await serveUntilStopped(run, { database, folder: null, isNew: true, seeded }, async () => {})
    return null
  } finally {
    await database.close()
  }
}

/** @param ready Called when clients are let in, and the database is there to stay. */
async function serveUntilStopped(
  { options, migrator, stop, report, watch }: DevRun,
  { isNew, seeded, ...placed }: StartedDatabase,
  ready: () => Promise<void>,
): Promise<void> {
  const { database, folder } = placed
  stop.signal.throwIfAborted()
  const migrated = await orBeginAnew(migrateDatabase(database.database, migrator))
  stop.signal.throwIfAborted()
  const { server, version, portTaken = null } = await serveDatabase(database, options.port)
  // A push of a watched directory may wait for a client, and must not be waited for.
  stop.signal.addEventListener('abort', () => void server.close())
  try {
    stop.signal.throwIfAborted()
    const { url } = server
    const session = new DevSession({ ...placed, url, migrator, watch, report })
    await session.announce()
    await ready()
    const watching =
      watch === undefined ? null : { path: watch, chatId: directoryIds(watch).chatId }
    const readyMs = Math.round(performance.now())
    const { pid } = process
    const { seed = 'none' } = options
    const seedUnused = isNew || seed === 'none' ? null : seed
    const seeds = { seeded, seedUnused }
    const facts = { url, pid, version, data: folder, isNew, ...seeds, portTaken, watching, readyMs }
    report.ready({ ...facts, migrations: migrated })
    await session.run(stop)
  } finally {
    await server.close()
  }
}

/** Where a database and a folder do not go together, a new database would. */
async function orBeginAnew<T>(migrating: Promise<T>): Promise<T> {
  return await migrating.catch((error) => {
    if (!(error instanceof DriftpinError) || !mismatches.includes(error.code)) throw error
    const hint = 'Or begin anew with driftpin dev --fresh, which deletes what is there.'
    throw new DriftpinError(error.code, `${error.message} ${hint}`, error.cause)
  })
}

const mismatches: readonly ErrorCode[] = [
  'migration_unknown',
  'migration_edited',
  'migration_gap',
  'migration_dirty',
]

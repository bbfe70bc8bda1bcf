import { DriftpinError } from '../../errors.js'
import { UsageError } from '../command-error.js'
import { usualDataFolder } from '../data-folder.js'
import { openStop } from '../open-stop.js'
import { describeSource } from '../remembered-migrations.js'
import { type ChosenMigrations, readChosen } from '../with-migrator.js'
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
): Promise<Pick<DevRun, keyof ChosenMigrations | 'template' | 'watch'>> {
  const { data = usualDataFolder, memory, watch } = options
  const place = { schema: 'public', ...(!memory && { data }) }
  const chosen = await readChosen({ ...options, ...place })
  const { migrator, source } = chosen
  if (watch !== undefined && source.folder !== null) {
    throw new UsageError(
      `The database was made with ${describeSource(source)}, and --watch needs driftpin's own ` +
        'tables. Name another folder with --data.',
    )
  }
  let read: Promise<DevTemplate> | undefined
  const template = () => {
    read ??= import('./template-options.js').then((it) => it.readTemplate(options, migrator))
    return read
  }
  // A seed that cannot be read is told whether it is needed or not.
  if (options.seed !== undefined) await template()
  if (watch === undefined) return { ...chosen, template, watch }
  const { watchedRoot } = await import('./watch/watched-root.js')
  return { ...chosen, template, watch: await watchedRoot(watch) }
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
  run: DevRun,
  { isNew, seeded, ...placed }: StartedDatabase,
  ready: () => Promise<void>,
): Promise<void> {
  const { options, migrator, stop, report, watch } = run
  const { database, folder } = placed
  stop.signal.throwIfAborted()
  const migrated = await migrateDatabase(database.database, migrator).catch((error) => {
    throw withHint(error, run)
  })
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

/** Says what to do about a database that does not match the migrations. */
function withHint(error: unknown, { source, remembered }: DevRun): unknown {
  if (!(error instanceof DriftpinError) || !mismatches.includes(error.code)) return error
  let hint = 'Or begin anew with driftpin dev --fresh, which deletes what is there.'
  if (!remembered) {
    hint =
      'If the database was made with other migrations, name them with --migrations, or leave it ' +
      "out for driftpin's own. Otherwise driftpin dev --fresh deletes what is there and begins anew."
  } else if (remembered.folder !== source.folder) {
    hint =
      `The database was made with ${describeSource(remembered)}. Start it without --migrations, ` +
      'or name another folder with --data.'
  }
  return new DriftpinError(error.code, `${error.message} ${hint}`, error.cause)
}

const mismatches: readonly string[] = [
  'migration_unknown',
  'migration_edited',
  'migration_gap',
  'migration_dirty',
]

import { DriftpinError } from '../../errors.js'
import { serve } from '../../pglite/index.js'
import { UsageError } from '../command-error.js'
import { usualDataFolder } from '../data-folder.js'
import { type ChosenMigrations, describeSource, readChosen } from '../migrations.js'
import { openStop } from '../stop.js'
import { createDevReport } from './dev-report.js'
import { type DevOptions, type DevRun, type StartedDatabase, usualPort } from './dev-run.js'
import { DevSession, migrateDatabase } from './dev-session.js'
import type { ServedDatabase } from './served-database.js'
import { directoryIds, watchedRoot } from './watched-directory.js'
import { withDevFolder } from './with-dev-folder.js'

/** `driftpin dev`, from the start of the process until it is stopped. */
export async function runDev(options: DevOptions): Promise<void> {
  using stop = openStop(
    'Stopping. Press Ctrl-C again to stop immediately; no committed data is lost.',
  )
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

/** Reads everything that the options name before anything is created. */
async function readInput(
  options: DevOptions,
): Promise<Pick<DevRun, keyof ChosenMigrations | 'template' | 'watch'>> {
  const { data = usualDataFolder, memory, watch } = options
  const place = { schema: 'public', ...(!memory && { data }) }
  const chosen = await readChosen({ ...options, ...place })
  const { migrator, source } = chosen
  if (watch !== undefined && source.folder !== null) {
    throw new UsageError(
      `The database was made with ${describeSource(source)}, and --watch needs driftpin's tables. ` +
        'Name another folder with --data.',
    )
  }
  let read: ReturnType<DevRun['template']> | undefined
  // Read once, because the seed may be a pipe.
  const template = () => {
    read ??= import('./new-database.js').then((module) =>
      module.readTemplate(options.seed, migrator),
    )
    return read
  }
  // An unreadable seed is an error even if the seed is not needed.
  if (options.seed !== undefined) await template()
  const root = watch === undefined ? undefined : await watchedRoot(watch)
  return { ...chosen, template, watch: root }
}

async function serveInMemory(run: DevRun): Promise<null> {
  const { newMemoryDatabase } = await import('./new-database.js')
  const { options, seeded } = await run.template()
  const database = newMemoryDatabase(options)
  await database.start()
  try {
    await serveUntilStopped(run, { database, isNew: true, seeded }, async () => {})
    return null
  } finally {
    await database.close()
  }
}

/** @param ready Called when clients can connect, so that a new database is kept. */
async function serveUntilStopped(
  run: DevRun,
  { database, isNew, seeded }: StartedDatabase,
  ready: () => Promise<void>,
): Promise<void> {
  const { options, source, migrator, stop, report, watch } = run
  stop.signal.throwIfAborted()
  const migrated = await migrateDatabase(database.database, migrator).catch((error) => {
    throw withHint(error, run)
  })
  stop.signal.throwIfAborted()
  const { server, version, portTaken } = await serveDatabase(database, options.port)
  // The push of a watched directory may be waiting for a client. Closing the server ends the wait.
  stop.signal.addEventListener('abort', () => void server.close())
  try {
    stop.signal.throwIfAborted()
    const { url } = server
    const session = new DevSession(run, database, url)
    await session.announce()
    await ready()
    const { seed = 'none' } = options
    report.ready({
      url,
      pid: process.pid,
      version,
      data: database.folder,
      isNew,
      seeded,
      seedUnused: isNew || seed === 'none' ? null : seed,
      portTaken,
      watching: watch === undefined ? null : { path: watch, chatId: directoryIds(watch).chatId },
      readyMs: Math.round(performance.now()),
      migrations: migrated,
      migrationsFolder: source.folder,
    })
    await session.run()
  } finally {
    await server.close()
  }
}

/** Adds what to do if the database does not match the migrations. */
function withHint(error: unknown, { source, remembered }: DevRun): unknown {
  if (!(error instanceof DriftpinError) || !mismatches.includes(error.code)) return error
  let hint = 'Or delete the database and create a new one: driftpin dev --fresh.'
  if (!remembered) {
    hint =
      'If the database was made with other migrations, name them with --migrations, or leave ' +
      "it out for driftpin's own. Otherwise, driftpin dev --fresh deletes the database and " +
      'creates a new one.'
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

/**
 * Serves a database at a port, or at a free port if another process uses that one. The query before
 * it proves that the database answers. It does not go through the server, because a session of its
 * own would take a quarter of the start time.
 *
 * @returns The server, the version of PostgreSQL, and the requested port if it is in use.
 */
async function serveDatabase(source: ServedDatabase, port: number = usualPort) {
  const { rows } = await source.database.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  )
  const { version } = rows[0]!
  try {
    return { server: await serve(source, { port }), portTaken: null, version }
  } catch (error) {
    if (!isPortTaken(error)) throw error
    return { server: await serve(source), portTaken: port, version }
  }
}

function isPortTaken(error: unknown): boolean {
  if (!(error instanceof DriftpinError) || error.code !== 'listen_failed') return false
  return (error.cause as { code?: unknown }).code === 'EADDRINUSE'
}

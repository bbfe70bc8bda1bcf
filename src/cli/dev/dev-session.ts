import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Database } from '../../database/index.js'
import { DriftpinError, messageOf } from '../../errors.js'
import { createMigrator, type MigratorOptions } from '../../migrations/index.js'
import { EngineNotStarted, sharedEngineOf } from '../../pglite/index.js'
import {
  databaseFolderOf,
  listenForRestores,
  newDatabaseFolder,
  type Replacement,
  type RestoreRequest,
  removeServing,
  replaceDatabase,
  writeServing,
} from '../data-folder.js'
import { writeRemembered } from '../migrations.js'
import { migrationLabel } from '../terminal.js'
import type { Migrated } from './dev-report.js'
import type { DevRun } from './dev-run.js'
import type { ServedDatabase } from './served-database.js'
import type { WatchedDirectory } from './watch-directory.js'

/** An engine that crashes so soon after its start would probably crash again. */
const crashLoopMs = 5000

/** A dev database from the time when it is ready until it is stopped. */
export class DevSession {
  readonly #run: DevRun
  readonly #database: ServedDatabase
  readonly #url: string
  readonly #startedAt = new Date().toISOString()
  #engineSince = performance.now()
  #watched: WatchedDirectory | undefined
  #endUpkeep = () => {}
  readonly #requests: RestoreRequest[] = []
  #wake = () => {}

  constructor(run: DevRun, database: ServedDatabase, url: string) {
    this.#run = run
    this.#database = database
    this.#url = url
  }

  /** Tells other commands how to connect. */
  async announce(restored?: { id: string; problem: string | undefined }): Promise<void> {
    const { folder } = this.#database
    if (folder === null) return
    const serving = { pid: process.pid, url: this.#url, startedAt: this.#startedAt, restored }
    await writeServing(folder, serving)
  }

  /** Runs until it is stopped. Then the caller closes the server and the database. */
  async run(): Promise<void> {
    const { signal } = this.#run.stop
    const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort')
    try {
      await this.#resume()
      while (!signal.aborted) {
        const requested = new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        if (this.#requests.length > 0) this.#wake()
        const { crashed } = this.#database
        const event = await Promise.race([
          stopped.then(() => 'stopped' as const),
          crashed.then(() => 'crashed' as const),
          requested.then(() => 'requested' as const),
        ])
        if (event === 'crashed') await this.#restart(await crashed)
        if (event === 'requested') await this.#restore()
      }
    } finally {
      await this.#pause()
      const { folder } = this.#database
      if (folder !== null) await removeServing(folder)
    }
  }

  async #resume(): Promise<void> {
    const { watch, report } = this.#run
    const { folder } = this.#database
    const now = () => this.#database.database
    this.#endUpkeep = keepLogShort(now, (error) => this.#failed(error, false))
    if (folder !== null) {
      await listenForRestores(now(), (request) => {
        // The request is repeated until it is answered.
        if (!this.#requests.some(({ id }) => id === request.id)) this.#requests.push(request)
        this.#wake()
      })
    }
    if (watch === undefined) return
    // Loaded after the start, because the scanner and the operations take longer to load.
    const { watchDirectory } = await import('./watch-directory.js')
    this.#watched = await watchDirectory(now, watch, {
      pushed: (push) => report.pushed(push),
      failed: (error) => this.#failed(error, true),
    })
  }

  async #pause(): Promise<void> {
    this.#endUpkeep()
    await this.#watched?.close()
    this.#watched = undefined
  }

  /** If a statement of this process met a crash, all clients must be told. */
  #failed(error: unknown, isReported: boolean): void {
    if (error instanceof DriftpinError && error.code === 'engine_broken') {
      sharedEngineOf(this.#database.pglite).breakDown(error)
    } else if (isReported) this.#run.report.failed(error)
  }

  async #restart(cause: unknown): Promise<void> {
    const database = this.#database
    const { folder } = database
    const reason = database.lastWords() ?? 'the engine could not handle a statement'
    await this.#pause()
    if (folder === null) {
      const message = `PostgreSQL crashed: ${reason}. The data in memory is gone.`
      throw new DriftpinError('engine_broken', message, cause)
    }
    database.abandon()
    if (performance.now() - this.#engineSince < crashLoopMs) throw crashed(reason, folder, cause)
    await this.#start().catch((error) => {
      throw crashed(error instanceof EngineNotStarted ? error.words : reason, folder, error)
    })
    this.#run.report.restarted(reason)
    await this.#resume()
  }

  async #start(): Promise<void> {
    await this.#database.start()
    this.#engineSince = performance.now()
  }

  /** Restores an image, or keeps the database if the image cannot be served. */
  async #restore(): Promise<void> {
    const { migrator, source, report } = this.#run
    const database = this.#database
    const { folder } = database
    const { id, name } = this.#requests.shift()!
    if (folder === null) return
    const made = newDatabaseFolder(folder, id)
    if (!existsSync(made)) return
    await this.#pause()
    await database.close()
    let replacement: Replacement | undefined
    let problem: string | undefined
    try {
      replacement = await replaceDatabase(folder, made)
      await this.#start()
      await migrateDatabase(database.database, migrator)
      await writeRemembered(databaseFolderOf(folder), folder, source)
      await replacement.keep()
    } catch (error) {
      problem = messageOf(error)
      await database.close().catch(() => database.abandon())
      await replacement?.undo()
      await this.#start()
    }
    await this.#resume()
    report.restored(name, problem)
    await this.announce({ id, problem })
  }
}

function crashed(reason: string, folder: string, cause: unknown): DriftpinError {
  const what = `PostgreSQL crashed and does not start again: ${reason}.`
  const message = `${what} All committed data is in ${folder}. Fix the cause and start it again.`
  return new DriftpinError('engine_broken', message, cause)
}

/**
 * Applies all pending migrations.
 *
 * @throws DriftpinError of the migrator
 */
export async function migrateDatabase(
  database: Database,
  options: MigratorOptions,
): Promise<Migrated> {
  const migrator = createMigrator(database, options)
  const before = await migrator.status()
  // If nothing is pending no lock is taken, because that would take half of the start time.
  const isCurrent = before.every(({ state }) => state === 'applied')
  const steps = isCurrent ? [] : await migrator.up()
  const newest = before.at(-1)
  return {
    applied: before.length,
    newest: newest && migrationLabel(newest),
    ran: steps.map(({ file }) => file),
  }
}

const everyMs = 15_000

/** PostgreSQL replays a log of this size in a moment when it starts after a kill. */
const logBytesMax = 32 * 1024 * 1024

/**
 * Makes a checkpoint whenever much was written since the last one. A server has a process for this.
 * An embedded PostgreSQL has none, so its log would grow until it is stopped.
 *
 * @param onError Receives each error. The next attempt is made after the usual time.
 * @returns A function that ends it.
 */
function keepLogShort(database: () => Database, onError: (error: unknown) => void): () => void {
  const timer = setInterval(
    () => void checkpointIfLong(database, logBytesMax).catch(onError),
    everyMs,
  )
  timer.unref()
  return () => clearInterval(timer)
}

/** @param bytesMax How many bytes may be written between two checkpoints. */
export async function checkpointIfLong(database: () => Database, bytesMax: number): Promise<void> {
  const { rows } = await database().query<{ bytes: number }>(
    `SELECT (pg_current_wal_lsn() - redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()`,
  )
  if (rows[0]!.bytes > bytesMax) await database().script('CHECKPOINT')
}

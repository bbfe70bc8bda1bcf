import { existsSync } from 'node:fs'
import { sharedEngineOf } from '../../connections/index.js'
import { DriftpinError, messageOf } from '../../errors.js'
import type { MigratorOptions } from '../../migrations/index.js'
import { EngineNotStarted } from '../../pglite/index.js'
import type { Stop } from '../open-stop.js'
import { removeServing, writeServing } from '../serving.js'
import type { DevReport } from './dev-report.js'
import type { PlacedDatabase } from './dev-run.js'
import type { FolderDatabase } from './folder-database.js'
import { keepLogShort } from './keep-log-short.js'
import { migrateDatabase } from './migrate-database.js'
import { newDatabaseFolder, type Replacement, replaceDatabase } from './replace-database.js'
import { listenForRestores, type RestoreRequest } from './restore-requests.js'
import type { WatchedDirectory } from './watch/watch-directory.js'

/** An engine that crashes so soon after it was started would only do so again. */
const crashLoopMs = 5000

/** What a session goes on with once the database is served. */
export type DevSessionParts = PlacedDatabase & {
  readonly url: string
  readonly migrator: MigratorOptions
  readonly watch: string | undefined
  readonly report: DevReport
}

/** A dev database from when it is ready until it is stopped. */
export class DevSession {
  readonly #parts: DevSessionParts
  readonly #startedAt = new Date().toISOString()
  #engineSince = performance.now()
  #watched: WatchedDirectory | undefined
  #endUpkeep = () => {}
  readonly #requests: RestoreRequest[] = []
  #wake = () => {}

  constructor(parts: DevSessionParts) {
    this.#parts = parts
  }

  /** Lets the other commands in. */
  async announce(restored?: { id: string; problem: string | undefined }): Promise<void> {
    const { folder, url } = this.#parts
    if (folder === null) return
    await writeServing(folder, { pid: process.pid, url, startedAt: this.#startedAt, restored })
  }

  /** Works until somebody stops it. The caller closes the server and the database then. */
  async run({ signal }: Stop): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await this.#resume()
      while (!signal.aborted) {
        const asked = new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        if (this.#requests.length > 0) this.#wake()
        const { crashed } = this.#parts.database
        const event = await Promise.race([
          stopped.then(() => 'stopped' as const),
          crashed.then(() => 'crashed' as const),
          asked.then(() => 'asked' as const),
        ])
        if (event === 'crashed') await this.#restart(await crashed)
        if (event === 'asked') await this.#restore()
      }
    } finally {
      await this.#pause()
      if (this.#parts.folder !== null) await removeServing(this.#parts.folder)
    }
  }

  async #resume(): Promise<void> {
    const { database, watch, report, folder } = this.#parts
    const now = () => database.database
    this.#endUpkeep = keepLogShort(now, (error) => this.#failed(error, false))
    if (folder !== null) {
      await listenForRestores(database.database, (request) => {
        // It is asked again and again until it is answered.
        if (!this.#requests.some(({ id }) => id === request.id)) this.#requests.push(request)
        this.#wake()
      })
    }
    if (watch === undefined) return
    // The scanner and the operations take longer to load than a database to start.
    const { watchDirectory } = await import('./watch/watch-directory.js')
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

  /** A crash that only our own statement met is one for everybody. */
  #failed(error: unknown, isTold: boolean): void {
    if (error instanceof DriftpinError && error.code === 'engine_broken') {
      sharedEngineOf(this.#parts.database.pglite).breakDown(error)
    } else if (isTold) this.#parts.report.failed(error)
  }

  async #restart(cause: unknown): Promise<void> {
    const { database, report, folder } = this.#parts
    const words = database.lastWords() ?? 'a statement was more than the engine can take'
    await this.#pause()
    if (folder === null) {
      const message = `PostgreSQL crashed: ${words}. What was in memory is gone.`
      throw new DriftpinError('engine_broken', message, cause)
    }
    database.abandon()
    if (performance.now() - this.#engineSince < crashLoopMs) throw crashed(words, folder, cause)
    await this.#start(database).catch((error) => {
      throw crashed(error instanceof EngineNotStarted ? error.words : words, folder, error)
    })
    report.restarted(words)
    await this.#resume()
  }

  async #start(database: FolderDatabase): Promise<void> {
    await database.start()
    this.#engineSince = performance.now()
  }

  /** Goes back to an image, or stays where it was if that cannot be served. */
  async #restore(): Promise<void> {
    const { database, report, folder } = this.#parts
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
      await this.#start(database)
      await migrateDatabase(database.database, this.#parts.migrator)
      await replacement.keep()
    } catch (error) {
      problem = messageOf(error)
      await database.close().catch(() => database.abandon())
      await replacement?.undo()
      await this.#start(database)
    }
    await this.#resume()
    report.restored(name, problem)
    await this.announce({ id, problem })
  }
}

function crashed(words: string, folder: string, cause: unknown): DriftpinError {
  const what = `PostgreSQL crashed and does not start again: ${words}.`
  const message = `${what} All that was committed is in ${folder}. Mend that, and start it again.`
  return new DriftpinError('engine_broken', message, cause)
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { type Database, fromPGlite } from '../../database/index.js'
import { EngineNotStarted, openFolderEngine, sharedEngineOf } from '../../pglite/index.js'
import { UsageError } from '../command-error.js'
import { databaseFolderOf, postgresMajor, versionFile } from '../data-folder.js'

/** A running PostgreSQL with its database. */
export interface OpenEngine {
  readonly pglite: PGlite
  readonly database: Database
  /** The last FATAL or PANIC message of PostgreSQL. */
  readonly lastWords: () => string | undefined
  /** Disconnects all clients and closes the engine, with a checkpoint. */
  close(): Promise<void>
}

/** The database that clients are connected to. Its engine can be stopped and started again. */
export class ServedDatabase {
  /** The data folder; null for a database in memory. */
  readonly folder: string | null
  readonly #openEngine: () => Promise<OpenEngine>
  #hasLeftEngine = false
  #engine: OpenEngine | undefined

  constructor(folder: string | null, openEngine: () => Promise<OpenEngine>) {
    this.folder = folder
    this.#openEngine = openEngine
  }

  /** @throws while no engine is running */
  get pglite(): PGlite {
    return this.#now.pglite
  }

  get database(): Database {
    return this.#now.database
  }

  /** Settles when the current engine crashes. */
  get crashed(): Promise<unknown> {
    return sharedEngineOf(this.pglite).crashed
  }

  lastWords(): string | undefined {
    return this.#engine?.lastWords()
  }

  /** Whether an engine was left that cannot be closed. It may keep the process from ending. */
  get hasLeftEngine(): boolean {
    return this.#hasLeftEngine
  }

  async start(): Promise<void> {
    this.#engine = await this.#openEngine().catch((error) => {
      if (error instanceof EngineNotStarted) this.#hasLeftEngine = true
      throw error
    })
    // The engine must be shared before anyone listens, so that notifications of clients arrive.
    sharedEngineOf(this.pglite)
  }

  async close(): Promise<void> {
    const engine = this.#engine
    this.#engine = undefined
    await engine?.close()
  }

  /** Drops an engine that crashed. It cannot even be closed. */
  abandon(): void {
    this.#hasLeftEngine = true
    this.#engine = undefined
  }

  get #now(): OpenEngine {
    if (!this.#engine) throw new Error('The database is being started. Try again in a moment.')
    return this.#engine
  }
}

/**
 * Starts PostgreSQL on the database of a data folder. The caller holds the lock of the folder.
 *
 * @throws UsageError for a database of another version, and EngineNotStarted
 */
export async function openInFolder(folder: string): Promise<OpenEngine> {
  const place = databaseFolderOf(folder)
  const found = (await readFile(join(place, versionFile), 'utf8')).trim()
  if (found !== String(postgresMajor)) {
    throw new UsageError(
      `${place} holds a database of PostgreSQL ${found}, but this driftpin uses PostgreSQL ` +
        `${postgresMajor}. Dump it with the version that made it, or name another folder with --data.`,
    )
  }
  const { pglite, lastWords } = await openFolderEngine(place)
  return { pglite, lastWords, database: fromPGlite(pglite), close: () => pglite.close() }
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { type Database, fromPGlite } from '../../database/index.js'
import {
  EngineNotStarted,
  type FolderEngine,
  openFolderEngine,
  sharedEngineOf,
} from '../../pglite/index.js'
import { UsageError } from '../command-error.js'
import { postgresMajor, versionFile } from '../data-folder.js'

/** The database that clients are connected to. Its PGlite may be replaced by another one. */
export interface ServedDatabase {
  /** @throws while no engine is running */
  readonly pglite: PGlite
  readonly database: Database
  /** Settles when the current engine crashes. */
  readonly crashed: Promise<unknown>
  /** The last FATAL or PANIC message of PostgreSQL. */
  readonly lastWords: () => string | undefined
  /** Disconnects all clients and closes the engine, with a checkpoint. */
  close(): Promise<void>
}

/** A database in a folder, whose engine can be stopped and started again. */
export class FolderDatabase implements ServedDatabase {
  readonly #folder: string
  #hasLeftEngine = false
  #open: { readonly engine: FolderEngine; readonly database: Database } | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  get pglite(): PGlite {
    return this.#now.engine.pglite
  }

  get database(): Database {
    return this.#now.database
  }

  get crashed(): Promise<unknown> {
    return sharedEngineOf(this.pglite).crashed
  }

  lastWords(): string | undefined {
    return this.#open?.engine.lastWords()
  }

  /** Whether an engine was left that cannot be closed. It may keep the process from ending. */
  get hasLeftEngine(): boolean {
    return this.#hasLeftEngine
  }

  async start(): Promise<void> {
    const engine = await openDatabaseFolder(this.#folder).catch((error) => {
      if (error instanceof EngineNotStarted) this.#hasLeftEngine = true
      throw error
    })
    // The engine must be shared before anyone listens, so that notifications of clients arrive.
    sharedEngineOf(engine.pglite)
    this.#open = { engine, database: fromPGlite(engine.pglite) }
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.engine.pglite.close()
  }

  /** Drops an engine that crashed. It cannot even be closed. */
  abandon(): void {
    this.#hasLeftEngine = true
    this.#open = undefined
  }

  get #now() {
    if (!this.#open) throw new Error('The database is being started. Try again in a moment.')
    return this.#open
  }
}

/**
 * Starts PostgreSQL on the folder of a database. The caller holds the lock of the data folder.
 *
 * @throws UsageError for a folder of another version, and EngineNotStarted
 */
export async function openDatabaseFolder(folder: string): Promise<FolderEngine> {
  const found = (await readFile(join(folder, versionFile), 'utf8')).trim()
  if (found === String(postgresMajor)) return await openFolderEngine(folder)
  throw new UsageError(
    `${folder} holds a database of PostgreSQL ${found}, but this driftpin uses PostgreSQL ` +
      `${postgresMajor}. Dump it with the version that made it, or name another folder with --data.`,
  )
}

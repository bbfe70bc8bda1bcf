import { DriftpinError } from '../errors.js'
import type { HarnessStatistics } from './statistics.js'
import type { EmbeddedTestDatabase, TestDatabase } from './test-database.js'

/**
 * Creates databases that are migrated and seeded. Each belongs to its holder alone.
 *
 * @example
 * ```ts
 * await using harness: Harness = await openHarness()
 * await using db = await harness.createDatabase()
 * ```
 */
export interface Harness<Db extends TestDatabase = EmbeddedTestDatabase> {
  /**
   * The settings that differ from those of a stock server, by name. Empty for databases on a
   * server.
   */
  readonly settings: Readonly<Record<string, string>>
  /** What the harness has done so far. The counts go on. */
  readonly statistics: HarnessStatistics
  /** Creates a database, which the caller closes. A closed embedded instance is used again. */
  createDatabase(): Promise<Db>
  /** Closes the harness and all of its databases. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Knows which databases of a harness are open. */
interface OpenDatabases {
  readonly isClosed: boolean
  /** Closes the database with the harness, unless the returned function was called before. */
  add(db: TestDatabase): () => void
}

/** The part of a harness that does not depend on where its databases are. */
export function createHarness<Db extends TestDatabase>({
  settings,
  statistics,
  open,
  close,
}: Pick<Harness<Db>, 'settings' | 'statistics'> & {
  open(databases: OpenDatabases): Promise<Db>
  /** Called after all databases were closed. */
  close(): Promise<void>
}): Harness<Db> {
  const given = new Set<TestDatabase>()
  let closing: Promise<void> | undefined
  const refuseClosed = () => {
    if (closing) throw new DriftpinError('harness_closed', 'This harness is closed.', {})
  }
  const databases: OpenDatabases = {
    get isClosed() {
      return closing !== undefined
    },
    add: (db) => {
      given.add(db)
      return () => given.delete(db)
    },
  }
  const closeAll = async () => {
    try {
      await Promise.all([...given].map((db) => db.close()))
    } finally {
      await close()
    }
  }
  const harness: Harness<Db> = {
    settings,
    statistics,
    createDatabase: async () => {
      refuseClosed()
      const db = await open(databases)
      // The harness may have been closed while the database was being created.
      if (closing) await db.close()
      refuseClosed()
      return db
    },
    close: () => {
      closing ??= closeAll()
      return closing
    },
    [Symbol.asyncDispose]: () => harness.close(),
  }
  return harness
}

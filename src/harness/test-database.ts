import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import type { Database } from '../database/index.js'
import type { TestClock } from './test-clock.js'

/**
 * A point in time of an {@link EmbeddedTestDatabase} that it can be rewound to. A mark belongs to
 * the database that made it.
 *
 * @example
 * ```ts
 * const mark: DatabaseMark = await db.mark()
 * await db.query('DROP SCHEMA public CASCADE')
 * await db.rewind(mark)
 * ```
 */
export interface DatabaseMark {
  /** Distinguishes a mark from other objects. */
  readonly kind: 'mark'
}

/**
 * A database for one test, embedded or on a server. It is a {@link Database}, so that every
 * operation accepts it.
 *
 * @example
 * ```ts
 * async function changesNothing(db: TestDatabase, work: () => Promise<unknown>) {
 *   const before = await db.digest()
 *   await work()
 *   return before === (await db.digest())
 * }
 * ```
 */
export interface TestDatabase extends Database {
  /**
   * A `pg.Pool` of at most 10 clients on this database, for code that takes a pool, for Kysely or
   * for Drizzle. It ends when the database is closed.
   *
   * On an embedded database it runs in the process, and it ends at a rewind as well. Each client
   * has its own session, but transactions run one at a time: a client that has waited for 3 seconds
   * gets an error with SQLSTATE 55P03 that names the client it waits for. `serve` of
   * `driftpin/connections` lists the other differences from a server.
   */
  readonly pool: pg.Pool
  /**
   * A URL under which psql and other clients reach this database while it is open. An embedded
   * database listens on a free port of 127.0.0.1 from the first call on.
   */
  url(): Promise<string>
  /** The clock of an embedded database. A server has none that a test can set. */
  readonly clock?: TestClock
  /** A hash of all content: rows, sequences, catalog, roles, settings and the session. */
  digest(): Promise<string>
  /** Gives the database back. Later calls on it are refused. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A database embedded in the process. It can be put back to an earlier point: rows, sequences,
 * tables, types, roles, settings, and everything else that a session can change. With
 * `images: false` this is all that there is: no clock, no `save`, and a mark has no settings and
 * temporary tables of the session.
 *
 * @example
 * ```ts
 * async function undo(db: PlainTestDatabase, work: () => Promise<unknown>) {
 *   const mark = await db.mark()
 *   await work()
 *   await db.rewind(mark)
 * }
 * ```
 */
export interface PlainTestDatabase extends TestDatabase {
  /**
   * The PGlite instance. Read it again after each rewind instead of keeping it: a rewind that has
   * to replace the instance, after a crash for example, changes it.
   */
  readonly pglite: PGlite
  /**
   * Marks the present state. Takes a few milliseconds and holds about 5 MB.
   *
   * @throws DriftpinError `rewind_impossible` while another statement or transaction is running,
   * and `waits_for_itself` inside a transaction or session of this database, as `rewind`, `fork`,
   * `save` and `close` do.
   */
  mark(): Promise<DatabaseMark>
  /**
   * Puts the database back to a mark, or to its initial state. Open transactions, cursors, LISTENs
   * and all other session state are replaced by those of the mark.
   *
   * @throws DriftpinError `invalid_input` for the mark of another database.
   */
  rewind(mark?: DatabaseMark): Promise<void>
  /**
   * Creates a second database that starts at a mark of this one, or at its initial state. The
   * caller closes it; a test that leaves it open fails with a leak.
   */
  fork(mark?: DatabaseMark): Promise<PlainTestDatabase>
}

/**
 * A database embedded in the process, made from an image.
 *
 * @example
 * ```ts
 * async function afterOneDay(db: EmbeddedTestDatabase, path: string) {
 *   db.clock.advance(24 * 60 * 60 * 1000)
 *   await db.save(path)
 * }
 * ```
 */
export interface EmbeddedTestDatabase extends PlainTestDatabase {
  /** The time of SQL in this database. */
  readonly clock: TestClock
  fork(mark?: DatabaseMark): Promise<EmbeddedTestDatabase>
  /**
   * Saves the database as it is to a file, for `driftpin open` and `openImage`. An existing file is
   * replaced.
   *
   * @throws DriftpinError `image_unusable` on a build of PGlite without images.
   */
  save(path: string): Promise<void>
}

/**
 * The database of a test that runs inside a transaction (isolation `rollback`). Other sessions
 * would wait for the transaction or not see its rows, so it has no `pool` and no `url()`, and
 * nothing that needs the whole engine. Nothing commits and no notification is sent, so it has no
 * `listen`. Every operation accepts it.
 *
 * @example
 * ```ts
 * const countChats = async (db: RollbackDatabase) =>
 *   (await db.query('SELECT FROM chats')).rowCount
 * ```
 */
export type RollbackDatabase = Omit<
  TestDatabase,
  'listen' | 'pool' | 'url' | 'close' | typeof Symbol.asyncDispose
>

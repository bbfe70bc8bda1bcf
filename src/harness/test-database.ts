import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import {
  type Database,
  fromPGlite,
  type Queryable,
  type Session,
  type Transaction,
} from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { askedFor, type MadeInstance, saveImage, type TestInstance } from '../pglite/index.js'
import { digestDatabase } from './digest.js'
import { createTestClock, type TestClock } from './test-clock.js'
import { TestConnections } from './test-connections.js'

/**
 * A point that {@link TestDatabase.rewind} goes back to. It belongs to its database.
 *
 * @example
 * ```ts
 * const mark: DatabaseMark = await db.mark()
 * await db.query('DROP SCHEMA public CASCADE')
 * await db.rewind(mark)
 * ```
 */
export interface DatabaseMark {
  /** Keeps marks from being mixed up with other objects. */
  readonly kind: 'mark'
}

/**
 * A PostgreSQL in the process that belongs to its holder alone, and that can be put back to where
 * it was: rows, sequences, tables, types, roles, settings, whatever a session can change.
 *
 * It is a {@link Database}, so that every operation takes it as it is, and has the PGlite itself.
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
   * The PGlite behind it. It is another one after a rewind that had to replace the instance (after
   * a crash, for example), so ask for it again instead of keeping it.
   */
  readonly pglite: PGlite
  /**
   * A real `pg.Pool` on this database, in the process, of at most 10 clients: for code that takes
   * one, or Kysely, or Drizzle. It belongs to the database, which ends its clients when it is
   * rewound or closed. Each has a session of its own; transactions take turns, and who waits for
   * 3 seconds is told for whom, with SQLSTATE 55P03. What else differs from a server is said at
   * `serve` of `driftpin/connections`.
   */
  readonly pool: pg.Pool
  /**
   * Where psql and every other client find this database while it is open: on a free port of
   * 127.0.0.1, from the first call on.
   */
  url(): Promise<string>
  /** The time of its SQL. */
  readonly clock: TestClock
  /**
   * Notes where the database is. Takes a few milliseconds and holds on to about 5 MB.
   *
   * @throws DriftpinError `rewind_impossible` while a statement or a transaction is going on
   * elsewhere, and `waits_for_itself` inside a transaction or session of this database, as
   * `rewind`, `fork`, `save` and `close` do.
   */
  mark(): Promise<DatabaseMark>
  /**
   * Puts the database back to a mark, or to how it was when it was forked. An open transaction, a
   * cursor, a LISTEN and whatever else the session had is gone; what the session had at the mark
   * is back.
   *
   * @throws DriftpinError `invalid_input` for the mark of another database.
   */
  rewind(mark?: DatabaseMark): Promise<void>
  /**
   * A second database that begins where this one was at the mark, or where it began. It is the
   * caller's to close; a test that leaves it open has leaked it.
   */
  fork(mark?: DatabaseMark): Promise<TestDatabase>
  /**
   * Keeps the database in a file, as it is, for `driftpin open` and `openImage`. A file that is
   * there already is replaced.
   */
  save(path: string): Promise<void>
  /** A hash of the whole content: rows, sequences, catalog, roles, settings and the session. */
  digest(): Promise<string>
  /** Gives the database back. What is asked of it afterwards is refused. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a test database is made of. */
export interface TestDatabaseParts extends MadeInstance {
  readonly release: () => Promise<void>
  /**
   * Told of every fork, which has to be closed as well, and of the end of each.
   *
   * @param at Where it was asked for.
   */
  readonly adopt?: (db: TestDatabase, at: Error) => () => void
}

const connections = new WeakMap<TestDatabase, TestConnections>()

export const connectionsOf = (db: TestDatabase): TestConnections | undefined => connections.get(db)

/** What belongs to a test database and is nobody else's business but the harness's. */
const known = new WeakMap<TestDatabase, TestDatabaseParts>()

export const partsOf = (db: TestDatabase): TestDatabaseParts => known.get(db)!
export const instanceOf = (db: TestDatabase): TestInstance => partsOf(db).instance

const marks = new WeakMap<DatabaseMark, object>()

/** Asked for late, so that a database that was closed or replaced is found out. */
const statementsOf = (database: () => Database) => ({
  query: async <Row>(text: string, values?: readonly unknown[]) =>
    askedFor(() => database().query<Row>(text, values)),
  script: async (text: string) => askedFor(() => database().script(text)),
  transaction: async <T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: Parameters<Queryable['transaction']>[1],
  ) => askedFor(() => database().transaction(work, options)),
  withSession: async <T>(work: (session: Session) => Promise<T>) =>
    askedFor(() => database().withSession(work)),
  listen: async (...args: Parameters<Database['listen']>) =>
    askedFor(() => database().listen(...args)),
})

export function createTestDatabase(parts: TestDatabaseParts): TestDatabase {
  const { instance, base } = parts
  const own = new WeakSet<object>([base])
  let isClosed = false
  let adapted: { readonly pglite: PGlite; readonly database: Database } | undefined
  const database = (): Database => {
    if (isClosed) {
      throw new DriftpinError('harness_closed', 'This database was closed. Create another one.', {})
    }
    const { pglite } = instance
    if (adapted?.pglite !== pglite) adapted = { pglite, database: fromPGlite(pglite) }
    return adapted.database
  }
  const atRest = (what: string) => {
    database()
    instance.watch.refuseInside(what)
  }
  const find = (mark: DatabaseMark | undefined, what: string): object => {
    atRest(what)
    const found = mark ? marks.get(mark) : base
    if (found && own.has(found)) return found
    throw new DriftpinError(
      'invalid_input',
      'This mark was made by another database: rewind the one that made it.',
      { mark },
    )
  }
  const clients = new TestConnections(instance, database)
  const db: TestDatabase = {
    kind: 'database',
    schema: 'public',
    get capabilities() {
      return database().capabilities
    },
    ...statementsOf(database),
    get pglite() {
      database()
      return instance.pglite
    },
    get pool() {
      database()
      return clients.pool
    },
    url: async () => {
      database()
      return clients.url()
    },
    clock: createTestClock(instance),
    mark: async () => {
      atRest('mark()')
      const mark: DatabaseMark = { kind: 'mark' }
      const made = await instance.mark()
      own.add(made)
      marks.set(mark, made)
      return mark
    },
    rewind: async (mark) => {
      await instance.rewind(find(mark, 'rewind()'))
      await clients.rewound()
    },
    fork: async (mark) => {
      const at = new Error('forked here')
      const forked = await instance.fork(find(mark, 'fork()'))
      const fork = createTestDatabase({
        ...parts,
        instance: forked,
        base: forked.base,
        release: async () => {
          forget?.()
          await forked.close()
        },
      })
      const forget = parts.adopt?.(fork, at)
      return fork
    },
    save: async (path) => {
      atRest('save()')
      await saveImage(path, instance.imageNow?.())
    },
    digest: async () => digestDatabase(database()),
    close: async () => {
      if (isClosed) return
      instance.watch.refuseInside('close()')
      isClosed = true
      try {
        await clients.close()
      } finally {
        await parts.release()
      }
    },
    [Symbol.asyncDispose]: () => db.close(),
  }
  known.set(db, parts)
  connections.set(db, clients)
  return db
}

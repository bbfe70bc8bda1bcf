import type { PGlite } from '@electric-sql/pglite'
import { type Database, fromPGlite } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { askedFor, saveImage, type TestInstance } from '../pglite/index.js'
import { databaseClosed, databaseMethods } from './database-methods.js'
import { createTestClock } from './test-clock.js'
import { TestConnections } from './test-connections.js'
import type { DatabaseMark, EmbeddedTestDatabase } from './test-database.js'

/** What an embedded test database consists of. */
export interface EmbeddedParts {
  readonly instance: TestInstance
  /** Called once, when the database is closed. */
  readonly release: () => Promise<void>
  /**
   * Called for every fork. Returns a function to call when the fork is closed.
   *
   * @param at The stack of the call that created the fork.
   */
  readonly adopt?: (db: EmbeddedTestDatabase, at: Error) => () => void
}

/** The parts of a test database that only the harness uses. */
interface EmbeddedInternals {
  readonly parts: EmbeddedParts
  readonly clients: TestConnections
}

const internals = new WeakMap<EmbeddedTestDatabase, EmbeddedInternals>()

export const internalsOf = (db: EmbeddedTestDatabase): EmbeddedInternals => internals.get(db)!

export function createEmbeddedDatabase(parts: EmbeddedParts): EmbeddedTestDatabase {
  const { instance } = parts
  const { base } = instance
  const marks = new WeakMap<DatabaseMark, object>()
  let isClosed = false
  let adapted: { readonly pglite: PGlite; readonly database: Database } | undefined
  const database = (): Database => {
    if (isClosed) throw databaseClosed()
    const { pglite } = instance
    if (adapted?.pglite !== pglite) adapted = { pglite, database: fromPGlite(pglite) }
    return adapted.database
  }
  /** Refuses a call inside a transaction or session of this database: it would never end. */
  const refuseInside = (what: string) => {
    database()
    instance.watch.refuseInside(what)
  }
  const find = (mark: DatabaseMark | undefined, what: string): object => {
    refuseInside(what)
    const found = mark ? marks.get(mark) : base
    if (found) return found
    const message = 'Another database made this mark. Rewind or fork that database instead.'
    throw new DriftpinError('invalid_input', message, { mark })
  }
  const clients = new TestConnections(instance, database)
  const db: EmbeddedTestDatabase = {
    kind: 'database',
    schema: 'public',
    get capabilities() {
      return database().capabilities
    },
    ...databaseMethods(database, askedFor),
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
      refuseInside('mark()')
      const mark: DatabaseMark = { kind: 'mark' }
      marks.set(mark, await instance.mark())
      return mark
    },
    rewind: async (mark) => {
      await instance.rewind(find(mark, 'rewind()'))
      await clients.rewound()
    },
    fork: async (mark) => forkOf(parts, find(mark, 'fork()'), new Error('forked here')),
    save: async (path) => {
      refuseInside('save()')
      await saveImage(path, instance.imageNow?.())
    },
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
  internals.set(db, { parts, clients })
  return db
}

async function forkOf(
  parts: EmbeddedParts,
  mark: object,
  at: Error,
): Promise<EmbeddedTestDatabase> {
  const instance = await parts.instance.fork(mark)
  const fork = createEmbeddedDatabase({
    ...parts,
    instance,
    release: async () => {
      forget?.()
      await instance.close()
    },
  })
  const forget = parts.adopt?.(fork, at)
  return fork
}

import { fromPGliteTransaction, type Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { TestInstance } from '../pglite/index.js'
import { digestDatabase } from './digest.js'
import { createTestClock, type TestClock } from './test-clock.js'
import type { TestDatabase } from './test-database.js'

/** A test's database inside a transaction, and how to end that. */
export interface RollbackDatabase {
  readonly db: TestDatabase
  readonly end: () => Promise<void>
}

/**
 * Opens a transaction around a test: the cheapest isolation, and the one with blind spots. What a
 * transaction does not undo stays (sequences, for one), nothing commits (deferred constraints and
 * NOTIFY are not seen), `now()` stands still, and the PGlite itself cannot be used.
 */
export async function openRollbackDatabase(instance: TestInstance): Promise<RollbackDatabase> {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let done: Promise<unknown> = Promise.resolve()
  const transaction = await new Promise<ReturnType<typeof fromPGliteTransaction>>(
    (resolve, reject) => {
      done = instance.pglite.transaction(async (tx) => {
        resolve(fromPGliteTransaction(tx))
        await finished
        await tx.rollback()
      })
      done.catch(reject)
    },
  )
  return {
    db: databaseInTransaction(transaction, createTestClock(instance)),
    end: async () => {
      finish()
      await done
    },
  }
}

/** The database of a test that is in a transaction, on whatever engine that is. */
export function databaseInTransaction(transaction: Transaction, clock: TestClock): TestDatabase {
  return {
    kind: 'database',
    schema: 'public',
    capabilities: { concurrentTransactions: false },
    query: (text, values) => transaction.query(text, values),
    script: (text) => transaction.script(text),
    transaction: async (work, { isolation = 'read committed' } = {}) => {
      // What is around it is one already: the default level, which is what most ask for.
      if (isolation !== 'read committed') refuse(`begin one that is ${isolation}`)
      return transaction.transaction(work)
    },
    withSession: (work) =>
      transaction.transaction((inner) => work({ ...methodsOf(inner), kind: 'session' })),
    listen: async () => refuse('listen, since nothing commits'),
    get pglite() {
      return refuse('use the PGlite itself, whose only session has the transaction')
    },
    get pool() {
      return refuse('have a pool, whose clients would wait for the transaction')
    },
    url: async () => refuse('be connected to, since clients would wait for the transaction'),
    clock,
    mark: async () => refuse('take a mark'),
    rewind: async () => refuse('rewind'),
    fork: async () => refuse('fork'),
    save: async () => refuse('save the database'),
    digest: () => digestDatabase(transaction),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

function methodsOf(inner: Transaction) {
  return {
    schema: inner.schema,
    query: inner.query.bind(inner),
    script: inner.script.bind(inner),
    transaction: inner.transaction.bind(inner),
  }
}

function refuse(what: string): never {
  throw new DriftpinError(
    'isolation_refused',
    `A test in a transaction (isolation 'rollback') cannot ${what}. Use isolation 'rewind'.`,
    { isolation: 'rollback' },
  )
}

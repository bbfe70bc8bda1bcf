import { digestDatabase } from '../catalog/index.js'
import { fromPGliteTransaction, type Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { TestInstance } from '../pglite/index.js'
import { createTestClock } from './test-clock.js'
import type { RollbackDatabase } from './test-database.js'

/** The database of a test inside a transaction, and the function that ends the transaction. */
export interface OpenRollback {
  readonly db: RollbackDatabase
  /** @param isKept Whether to commit on a server, so that the rows can be inspected. */
  end(isKept: boolean): Promise<void>
}

/** Opens a transaction on an embedded instance; `end` rolls it back. */
export async function openEmbeddedRollback(instance: TestInstance): Promise<OpenRollback> {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let done: Promise<unknown> = Promise.resolve()
  const transaction = await new Promise<Transaction>((resolve, reject) => {
    done = instance.pglite.transaction(async (tx) => {
      resolve(fromPGliteTransaction(tx))
      await finished
      await tx.rollback()
    })
    done.catch(reject)
  })
  return {
    db: { ...databaseInTransaction(transaction), clock: createTestClock(instance) },
    end: async () => {
      finish()
      await done
    },
  }
}

/** Presents a transaction of any engine as the database of a test. */
export function databaseInTransaction(transaction: Transaction): RollbackDatabase {
  return {
    kind: 'database',
    schema: 'public',
    capabilities: { concurrentTransactions: false },
    query: (text, values) => transaction.query(text, values),
    script: (text) => transaction.script(text),
    transaction: async (work, { isolation = 'read committed' } = {}) => {
      // The surrounding transaction has the default level, which is what most callers ask for.
      if (isolation === 'read committed') return transaction.transaction(work)
      throw new DriftpinError(
        'isolation_refused',
        "A test inside a transaction (isolation 'rollback') cannot begin a transaction that is " +
          `${isolation}. Use isolation 'rewind'.`,
        { isolation: 'rollback' },
      )
    },
    withSession: (work) =>
      transaction.transaction((inner) =>
        work({ ...databaseInTransaction(inner), kind: 'session' }),
      ),
    digest: () => digestDatabase(transaction),
  }
}

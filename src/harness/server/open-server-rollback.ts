import { fromPgTransaction } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { databaseInTransaction } from '../rollback-database.js'
import type { TestDatabase } from '../test-database.js'
import type { ServerTestDatabase } from './server-test-database.js'

/** A test's database inside a transaction. */
interface ServerRollback {
  readonly db: TestDatabase
  /** @param isKept Whether its rows are to be looked into, so that they have to be committed. */
  end(isKept: boolean): Promise<void>
}

/** Opens a transaction around a test, in the session that the database has. */
export async function openServerRollback({
  db,
  client,
  interrupt,
}: ServerTestDatabase): Promise<ServerRollback> {
  let isOver = false
  const guarded = Object.create(client, {
    // What a test forgot to await would be in no transaction any more, or in that of the next.
    query: {
      value: async (config: Parameters<typeof client.query>[0]) => {
        if (!isOver) return client.query(config)
        const message = 'The test has ended, and its transaction with it. Await what it asks.'
        throw new DriftpinError('transaction_closed', message, { isolation: 'rollback' })
      },
    },
  }) as typeof client
  await client.query('BEGIN')
  return {
    db: databaseInTransaction(fromPgTransaction(guarded), db.clock),
    end: async (isKept) => {
      isOver = true
      // What is still running would be waited for, as long as it may take.
      await interrupt()
      // COMMIT answers a transaction that was aborted with a ROLLBACK.
      await client.query(isKept ? 'COMMIT' : 'ROLLBACK')
    },
  }
}

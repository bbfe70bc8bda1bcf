import { type Queryable, sqlState, type Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { defineStatement } from './statement.js'

const retriesMax = 5

/** Thrown if the row that determined the locks changed before it was locked. */
export class MovedError extends DriftpinError {
  constructor(chatId: string) {
    super(
      'chat_moved',
      `The chat ${chatId} was bound to another agent each time it was about to be locked. ` +
        'Nothing was written. Try again.',
      { chatId },
    )
  }
}

export const readIsolation = defineStatement({
  name: 'read isolation',
  parameters: {},
  row: { isolation: 'text' },
  sql: () => "SELECT pg_catalog.current_setting('transaction_isolation') AS isolation",
})

/**
 * Runs an operation that writes: in a transaction of its own at READ COMMITTED, or in a savepoint
 * of the caller's, so that an operation that fails leaves nothing behind in either.
 *
 * Its own transaction is tried again, at most five times, after a serialization failure (40001)
 * or a deadlock (40P01). Inside the caller's, only the caller could do that.
 *
 * @throws DriftpinError `isolation_refused` inside a transaction at REPEATABLE READ or higher: it
 * sees the database as it was at its first statement, so that a chat created meanwhile, or a push
 * accepted meanwhile, would be missed, locks or no locks.
 */
export async function runOperation<T>(
  queryable: Queryable,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const inside = queryable.kind === 'transaction'
  if (inside) {
    const [row] = await readIsolation(queryable, {})
    const { isolation } = row!
    // READ UNCOMMITTED is READ COMMITTED in PostgreSQL.
    if (/^(repeatable read|serializable)$/.test(isolation)) throw refused(isolation)
  }
  const options = inside ? {} : ({ isolation: 'read committed' } as const)
  for (let retries = 0; ; retries++) {
    try {
      return await queryable.transaction(work, options)
    } catch (error) {
      if (retries >= retriesMax || !mayRetry(error, inside)) throw error
      // Two operations that collided would collide again if both retried at the same time.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** retries * 5))
    }
  }
}

function mayRetry(error: unknown, inside: boolean): boolean {
  if (error instanceof MovedError) return true
  const state = sqlState(error)
  return !inside && (state === '40001' || state === '40P01')
}

function refused(isolation: string): DriftpinError {
  return new DriftpinError(
    'isolation_refused',
    `This transaction is at ${isolation.toUpperCase()}, where the operation could miss what ` +
      'others commit while it waits for their locks. Begin the transaction at READ COMMITTED.',
    { isolation },
  )
}

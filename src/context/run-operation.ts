import { type Queryable, sqlState, type Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { type EventOfChats, notifyChats } from './notify-chats.js'
import { defineStatement } from './statement.js'

const retriesMax = 5

export const readIsolation = defineStatement({
  name: 'read isolation',
  parameters: {},
  row: { isolation: 'text' },
  sql: () => "SELECT pg_catalog.current_setting('transaction_isolation') AS isolation",
})

/** Notifies the listeners of events, if the caller of the operation asked for it. */
export type Announce = (...events: readonly EventOfChats[]) => Promise<void>

/**
 * Runs an operation that writes: in its own transaction at READ COMMITTED, or in a savepoint of the
 * caller's transaction. In both cases, an operation that fails leaves nothing behind.
 *
 * Its own transaction is tried again, at most five times, after a serialization failure (40001)
 * or a deadlock (40P01). Inside the caller's transaction, only the caller can do that.
 *
 * @param notify Whether the events that `work` announces are sent to listeners; by default as the
 * adapter was told.
 * @throws DriftpinError `isolation_refused` inside a transaction at REPEATABLE READ or higher. Such
 * a transaction sees the database as it was at its first statement, so it would miss a chat that
 * was created, or a push that was accepted, while it waited for a lock.
 */
export async function runOperation<T>(
  queryable: Queryable,
  notify: boolean | undefined = queryable.notify,
  work: (transaction: Transaction, announce: Announce) => Promise<T>,
): Promise<T> {
  const inside = queryable.kind === 'transaction'
  if (inside) {
    const [row] = await readIsolation(queryable, {})
    const { isolation } = row!
    // READ UNCOMMITTED is READ COMMITTED in PostgreSQL.
    if (/^(repeatable read|serializable)$/.test(isolation)) throw refused(isolation)
  }
  const options = inside ? {} : ({ isolation: 'read committed' } as const)
  const run = (transaction: Transaction) =>
    work(transaction, async (...events) => {
      if (notify) await notifyChats(transaction, events)
    })
  for (let retries = 0; ; retries++) {
    try {
      return await queryable.transaction(run, options)
    } catch (error) {
      if (retries >= retriesMax || !mayRetry(error, inside)) throw error
      // Two operations that collided would collide again if both retried at the same time.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** retries * 5))
    }
  }
}

function mayRetry(error: unknown, inside: boolean): boolean {
  if (error instanceof DriftpinError && error.code === 'chat_moved') return true
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

import type { Session } from '../database/database.js'
import { DriftpinError } from '../errors.js'
import { describeHolders } from './describe-sessions.js'

const pollMs = 50

/** The name of the advisory lock of all who run migrations with the same ledger. */
export const lockNameOf = (ledger: string) => `driftpin migrations ${ledger}`

/**
 * Runs `work` while no other runner works on the same ledger.
 *
 * The lock is polled for. A runner that waited inside `pg_advisory_lock` would be a transaction
 * that CREATE INDEX CONCURRENTLY of another runner waits for in turn: a deadlock, and seen.
 */
export async function withMigrationLock<T>(
  session: Session,
  ledger: string,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const name = lockNameOf(ledger)
  const give = performance.now() + timeoutMs
  while (!(await ask(session, 'pg_try_advisory_lock', name))) {
    if (performance.now() > give) throw await locked(session, ledger, timeoutMs)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  try {
    return await work()
  } finally {
    // Where the connection is gone the lock is gone with it, and the first error is what matters.
    await ask(session, 'pg_advisory_unlock', name).catch(() => {})
  }
}

async function locked(session: Session, ledger: string, timeoutMs: number) {
  const holders = await describeHolders(session, lockNameOf(ledger))
  return new DriftpinError(
    'migration_locked',
    `Another process has been migrating ${ledger} for more than ${timeoutMs} ms` +
      `${holders.length > 0 ? `, ${holders.join('; ')}` : ''}. Wait for it, or raise ` +
      'lockTimeoutMs. Its lock ends with its connection, which a process that was killed keeps ' +
      'until its statement ends (see pg_locks, advisory).',
    { ledger, timeoutMs, holders },
  )
}

async function ask(session: Session, what: string, name: string): Promise<boolean> {
  const { rows } = await session.query<{ answer: boolean }>(
    `SELECT pg_catalog.${what}(pg_catalog.hashtextextended($1, 0)) AS answer`,
    [name],
  )
  return rows[0]!.answer
}

import type { Queryable, Session } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { describeHolders } from './describe-sessions.js'

const pollMs = 50

/** The name of the advisory lock of all who run migrations with the same ledger. */
export const lockNameOf = (ledger: string) => `driftpin migrations ${ledger}`

/**
 * Makes sure that what is run now is run by the backend that has the lock. Behind a pooler that
 * gives every transaction any of its connections it may be another, and two runners may each be
 * told that they have the lock, since it was taken on the same one twice.
 *
 * @throws DriftpinError `pooler_refused`.
 */
export type AssertHeld = (queryable: Queryable) => Promise<void>

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
  work: (assertHeld: AssertHeld) => Promise<T>,
): Promise<T> {
  const name = lockNameOf(ledger)
  const give = performance.now() + timeoutMs
  let { answer, pid } = await ask(session, 'pg_try_advisory_lock', name)
  while (!answer) {
    if (performance.now() > give) throw await locked(session, ledger, timeoutMs)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    ;({ answer, pid } = await ask(session, 'pg_try_advisory_lock', name))
  }
  const assertHeld: AssertHeld = async (queryable) => {
    const { rows } = await queryable.query<{ pid: number }>(
      'SELECT pg_catalog.pg_backend_pid() AS pid',
    )
    if (rows[0]!.pid !== pid) throw pooled(ledger, { lockedBy: pid, runBy: rows[0]!.pid })
  }
  try {
    return await work(assertHeld)
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

function pooled(ledger: string, pids: { readonly lockedBy: number; readonly runBy: number }) {
  return new DriftpinError(
    'pooler_refused',
    `The connection that migrates ${ledger} is handed from one backend to another between its ` +
      'statements, as a pooler in transaction mode does. Nothing of this migration was done. ' +
      'Migrations need a session: connect them to PostgreSQL itself.',
    pids,
  )
}

async function ask(session: Session, what: string, name: string) {
  const { rows } = await session.query<{ answer: boolean; pid: number }>(
    `SELECT pg_catalog.${what}(pg_catalog.hashtextextended($1, 0)) AS answer,
            pg_catalog.pg_backend_pid() AS pid`,
    [name],
  )
  return rows[0]!
}

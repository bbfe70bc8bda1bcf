import { type Database, type Queryable, type Session, sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'

const pollMs = 50

/** The name of the advisory lock for all runners with the same ledger. */
export const lockNameOf = (ledger: string) => `driftpin migrations ${ledger}`

/**
 * Checks that the current backend holds the lock. A pooler in transaction mode may use another
 * backend for each transaction, and two runners may both get the lock if both requests use one
 * backend.
 *
 * @throws DriftpinError `pooler_refused`.
 */
export type AssertHeld = (queryable: Queryable) => Promise<void>

/**
 * Runs `work` while no other runner works on the same ledger.
 *
 * The lock is polled. CREATE INDEX CONCURRENTLY of another runner waits for all transactions,
 * including one that waits in `pg_advisory_lock`: that would be a deadlock, which was observed.
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
    // A lost connection has released the lock, and the first error is what matters.
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
    `The connection that migrates ${ledger} changes its backend between statements, as behind a ` +
      'pooler in transaction mode. Nothing of this migration was applied. Migrations need a ' +
      'session: connect directly to PostgreSQL.',
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

/** How long a migration waits for locks that others hold, and how often it tries. */
export interface WaitOptions {
  /**
   * How long a migration waits for the lock on a table, in milliseconds; 2000. Other sessions that
   * need the table wait behind the migration, so keep it far below the timeout of a request. The
   * migration is then rolled back and tried again after a pause of at least the same length. 0
   * waits without a limit. Migrations without a transaction ignore it, because nothing queues
   * behind CONCURRENTLY.
   */
  readonly statementLockTimeoutMs: number
  /** How often a migration that cannot get a lock is tried; 10, which is some three minutes. */
  readonly statementLockAttempts: number
  /**
   * Called when a migration was rolled back because it could not get a lock: with its file, the
   * number of attempts so far, the pause before the next one, and the sessions that held the lock,
   * one line each; none if they are not visible.
   */
  readonly onBlocked:
    | ((blocked: {
        readonly file: string
        readonly attempt: number
        readonly pauseMs: number
        readonly blockers: readonly string[]
      }) => void)
    | undefined
}

/** lock_not_available and deadlock_detected: nothing is wrong with the migration. */
const waited = new Set(['55P03', '40P01'])

/** The longest pause, as a multiple of the timeout. */
const pauseFactorMax = 16

/** The first pause if there is no timeout. */
const pauseMsWithoutTimeout = 1000

/**
 * Runs `work`, a transaction, again if it was rolled back because it waited too long for a lock.
 *
 * Sessions that request a lock later wait behind one that waits already, even if they would not
 * conflict with the holder: an ALTER TABLE behind one long reader blocks all other readers. So the
 * migration waits for a short time, and then pauses for at least the same time, longer each time.
 *
 * @throws DriftpinError `migration_locked`, with the holders of the lock, after the last attempt.
 */
export async function retryWhileLocked(
  { watcher, waiting }: { readonly watcher: Watcher | undefined; readonly waiting: WaitOptions },
  file: string,
  work: () => Promise<void>,
): Promise<void> {
  const { statementLockTimeoutMs, statementLockAttempts, onBlocked } = waiting
  for (let attempt = 1; ; attempt++) {
    const watch = watchBlockers(watcher, statementLockTimeoutMs / 2)
    try {
      return await work()
    } catch (error) {
      const state = sqlState(error instanceof DriftpinError ? error.cause : error)
      if (!state || !waited.has(state)) throw error
      const { blockers } = watch
      if (attempt >= statementLockAttempts) throw lockedOut(file, waiting, blockers, error as Error)
      const unit = statementLockTimeoutMs || pauseMsWithoutTimeout
      const pauseMs = unit * Math.min(2 ** (attempt - 1), pauseFactorMax)
      onBlocked?.({ file, attempt, pauseMs, blockers })
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    } finally {
      watch.stop()
    }
  }
}

/** A second connection that observes what the connection with this pid waits for. */
export interface Watcher {
  readonly database: Database
  readonly pid: number
}

/**
 * Polls, on another connection, which sessions the session waits for, because this is not visible
 * after it has given up. A wait shorter than the interval costs no query.
 */
function watchBlockers(watcher: Watcher | undefined, everyMs: number) {
  const watch = { blockers: [] as readonly string[], stop: () => {} }
  if (!watcher || everyMs === 0) return watch
  let asking = false
  const ask = async () => {
    if (asking) return
    asking = true
    // If the pool has no free connection, this waits, and nothing waits for it.
    const found = await describeBlockers(watcher.database, watcher.pid).catch(() => [])
    if (found.length > 0) watch.blockers = found
    asking = false
  }
  const timer = setInterval(ask, Math.max(everyMs, watchMsMin))
  watch.stop = () => clearInterval(timer)
  return watch
}

const watchMsMin = 10

function lockedOut(
  file: string,
  { statementLockTimeoutMs, statementLockAttempts }: WaitOptions,
  blockers: readonly string[],
  error: Error,
): DriftpinError {
  const who = blockers.length > 0 ? `It is held by ${blockers.join('; ')}` : 'See pg_locks for it'
  return new DriftpinError(
    'migration_locked',
    `${file} could not get a lock: it was tried ${statementLockAttempts} times and waited ` +
      `${statementLockTimeoutMs} ms each time. ${who}. The migration was rolled back. End those ` +
      'transactions or wait for them, and run it again; or raise statementLockTimeoutMs, which ' +
      `may block the application for as long.\n${error.message}`,
    error,
  )
}

interface SessionRow {
  pid: number
  application: string | null
  state: string | null
  seconds: number | null
  query: string | null
}

const queryLengthMax = 100
const sessionsMax = 5

/**
 * The sessions that the session with this pid waits for, one line each.
 */
function describeBlockers(queryable: Queryable, pid: number): Promise<string[]> {
  return describe(queryable, 'SELECT unnest(pg_catalog.pg_blocking_pids($1)) AS pid', pid)
}

/** The other sessions that hold the advisory lock with this name, one line each. */
export function describeHolders(queryable: Queryable, name: string): Promise<string[]> {
  // pg_locks shows a key of 64 bits in two halves.
  const holders = `SELECT pid FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND pid <> pg_catalog.pg_backend_pid()
      AND (classid::bigint << 32) | objid::bigint = pg_catalog.hashtextextended($1, 0)
      AND database = (SELECT oid FROM pg_catalog.pg_database
                      WHERE datname = pg_catalog.current_database())`
  return describe(queryable, holders, name)
}

/** Details that this role may not see are left out. */
async function describe(
  queryable: Queryable,
  pids: string,
  value: string | number,
): Promise<string[]> {
  const { rows } = await queryable.query<SessionRow>(
    `SELECT holder.pid, nullif(a.application_name, '') AS application, a.state, a.query,
            extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8 AS seconds
     FROM (${pids}) AS holder LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
     ORDER BY a.xact_start NULLS LAST, holder.pid LIMIT ${sessionsMax}`,
    [value],
  )
  return rows.map(({ pid, application, state, seconds, query }) => {
    if (pid === 0) return 'a prepared transaction, see pg_prepared_xacts'
    const known = [
      application,
      state,
      seconds === null ? null : `in a transaction for ${Math.round(seconds)} s`,
    ].filter((part) => part !== null)
    const text = (query ?? '').replaceAll(/\s+/g, ' ').trim()
    const cut = text.length > queryLengthMax ? `${text.slice(0, queryLengthMax)}...` : text
    return `pid ${pid}${known.length > 0 ? ` (${known.join(', ')})` : ''}${cut ? `: ${cut}` : ''}`
  })
}

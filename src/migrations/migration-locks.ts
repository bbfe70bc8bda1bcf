import { type Database, type Queryable, type Session, sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'

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

/** How long a migration waits for locks that others hold, and how often it tries. */
export interface WaitOptions {
  readonly statementLockTimeoutMs: number
  readonly statementLockAttempts: number
  readonly onBlocked: ((blocked: BlockedStep) => void) | undefined
}

/**
 * A migration that was rolled back because it could not get a lock, and will be tried again.
 *
 * @example
 * ```ts
 * const onBlocked = ({ file, attempt, blockers }: BlockedStep) =>
 *   console.warn(`${file} waits, try ${attempt}, for ${blockers.join(', ')}`)
 * await createMigrator(database, { onBlocked }).up()
 * ```
 */
export interface BlockedStep {
  /** The file whose statement waits. */
  readonly file: string
  /** How often it was tried so far. */
  readonly attempt: number
  /** How long until the next try, in milliseconds. */
  readonly pauseMs: number
  /** Who held the lock, a line each; empty where that cannot be seen. */
  readonly blockers: readonly string[]
}

/** lock_not_available and deadlock_detected: nothing is wrong with the migration. */
const waited = new Set(['55P03', '40P01'])

/** No pause is longer than so many timeouts. */
const pauseFactorMax = 16

/** Pauses begin with this where there is no timeout to measure them by. */
const pauseMsWithoutTimeout = 1000

/**
 * Runs `work`, a transaction, again when it was rolled back because it waited too long for a lock.
 *
 * Whoever waits for a lock stops those who come later and would get along with its holder: an
 * ALTER TABLE behind one long reader stops all other readers. So it waits for a short time and
 * then gets out of their way, for at least as long, and longer each time.
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

/** Another connection than the one with this pid, to see from what that one waits for. */
export interface Watcher {
  readonly database: Database
  readonly pid: number
}

/**
 * Asks again and again, on another connection, whom the session waits for: once it has given up
 * nobody can tell any more. What takes less than the interval costs no question.
 */
function watchBlockers(watcher: Watcher | undefined, everyMs: number) {
  const watch = { blockers: [] as readonly string[], stop: () => {} }
  if (!watcher || everyMs === 0) return watch
  let asking = false
  const ask = async () => {
    if (asking) return
    asking = true
    // A pool without a free connection lets this wait, and nobody waits for it.
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
      `${statementLockTimeoutMs} ms each time. ${who}. Nothing of the migration stays. End those ` +
      'transactions or wait for them, and run it again; or raise statementLockTimeoutMs, and let ' +
      `the application wait for as long.\n${error.message}`,
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
 * The sessions that the session with this pid waits for, a line each; none when it waits for none.
 */
function describeBlockers(queryable: Queryable, pid: number): Promise<string[]> {
  return describe(queryable, 'SELECT unnest(pg_catalog.pg_blocking_pids($1)) AS pid', pid)
}

/** The other sessions that hold the advisory lock with this name, a line each. */
export function describeHolders(queryable: Queryable, name: string): Promise<string[]> {
  // A key of 64 bits stands in the two halves that a lock with two keys has.
  const holders = `SELECT pid FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND pid <> pg_catalog.pg_backend_pid()
      AND (classid::bigint << 32) | objid::bigint = pg_catalog.hashtextextended($1, 0)
      AND database = (SELECT oid FROM pg_catalog.pg_database
                      WHERE datname = pg_catalog.current_database())`
  return describe(queryable, holders, name)
}

/** What PostgreSQL does not let this role see of others is left out, or said as it says it. */
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

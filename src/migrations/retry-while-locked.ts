import { type Database, sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { describeBlockers } from './describe-sessions.js'

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

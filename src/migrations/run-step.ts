import { type Session, searchPath, sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Ledger } from './ledger.js'
import { checksumOf } from './migration.js'
import { describeStep, type FinishedStep, type Step } from './plan-steps.js'
import { retryWhileLocked, type WaitOptions, type Watcher } from './retry-while-locked.js'
import { runScript } from './run-script.js'
import type { AssertHeld } from './with-migration-lock.js'

/** Where steps are run, and how. */
export interface StepRun {
  readonly session: Session
  readonly ledger: Ledger
  readonly waiting: WaitOptions
  /** Undefined where there is no second connection. */
  readonly watcher: Watcher | undefined
  readonly assertHeld: AssertHeld
}

/**
 * Runs a migration together with its row in the ledger.
 *
 * @throws DriftpinError `migration_failed`, or `migration_locked` when a lock could not be had.
 */
export async function runStep(run: StepRun, step: Step): Promise<FinishedStep> {
  const started = performance.now()
  const elapsed = () => performance.now() - started
  if (step.script.transaction) {
    await retryWhileLocked(run, step.script.file, () => runInTransaction(run, step))
  } else {
    await runWithoutTransaction(run, step, elapsed)
  }
  return { ...describeStep(step), durationMs: elapsed() }
}

async function runInTransaction({ session, ledger, waiting, assertHeld }: StepRun, step: Step) {
  const { migration, direction, script, statements } = step
  const checksum = await checksumOf(migration)
  let ran = false
  const run = session.transaction(async (transaction) => {
    // PostgreSQL takes milliseconds of 31 bits.
    const timeout = Math.ceil(Math.min(waiting.statementLockTimeoutMs, 2 ** 31 - 1))
    await transaction.script(
      `SET LOCAL search_path = ${searchPath(ledger.schema)}; SET LOCAL lock_timeout = ${timeout}`,
    )
    await assertHeld(transaction)
    if (direction === 'up') await ledger.add(transaction, migration, checksum)
    else await ledger.remove(transaction, migration)
    await runScript(transaction, script, statements)
    ran = true
  })
  await run.catch((error) => {
    throw ran && sqlState(error) ? commitFailed(script.file, error) : error
  })
}

/**
 * What has to run without a transaction, such as CREATE INDEX CONCURRENTLY, is made so that nobody
 * queues behind it, and leaves an invalid index when it gives up: it takes as long as it takes,
 * whatever timeouts the role has. The session's settings are put back in the end.
 */
async function runWithoutTransaction(
  { session, ledger, assertHeld }: StepRun,
  { migration, direction, script, statements }: Step,
  elapsed: () => number,
) {
  await session.script(
    `SET search_path = ${searchPath(ledger.schema)}; SET lock_timeout = 0; SET statement_timeout = 0`,
  )
  await assertHeld(session)
  if (direction === 'up') await ledger.begin(session, migration, await checksumOf(migration))
  else await ledger.reopen(session, migration)
  await runScript(session, script, statements)
  if (direction === 'up') await ledger.finish(session, migration, elapsed())
  else await ledger.remove(session, migration)
}

function commitFailed(file: string, error: Error): DriftpinError {
  return new DriftpinError(
    'migration_failed',
    `${file} failed when it was committed: ${error.message} (SQLSTATE ${sqlState(error)}). ` +
      'Deferred constraints are checked then, so look at the rows that it writes.',
    error,
  )
}

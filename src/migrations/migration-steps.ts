import { type Session, searchPath } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Ledger } from './ledger.js'
import type { Direction, Migration, MigrationScript } from './migration.js'
import {
  type AssertHeld,
  retryWhileLocked,
  type WaitOptions,
  type Watcher,
} from './migration-locks.js'
import { runInTransaction, runScript, statementsOf } from './run-script.js'

/**
 * A migration to run, and its direction.
 *
 * @example
 * ```ts
 * const steps: PlannedStep[] = await createMigrator(database).plan()
 * console.log(steps.map(({ file, sql }) => `-- ${file}\n${sql}`).join('\n'))
 * ```
 */
export interface PlannedStep {
  /** The number of the migration. */
  readonly version: number
  /** Its name, without the number. */
  readonly name: string
  /** Whether it is applied or reverted. */
  readonly direction: Direction
  /** The file that is run. */
  readonly file: string
  /** The SQL of the file, as it will be run. */
  readonly sql: string
  /** Whether it runs in a transaction. */
  readonly transaction: boolean
}

/**
 * A migration that ran.
 *
 * @example
 * ```ts
 * const steps: FinishedStep[] = await createMigrator(database).up()
 * for (const { file, durationMs } of steps) console.log(`${file} took ${durationMs} ms`)
 * ```
 */
export interface FinishedStep extends PlannedStep {
  /** How long it took, in milliseconds. */
  readonly durationMs: number
}

/**
 * The steps from one number of applied migrations to another. Checks every file before the first
 * one runs, so that a missing down stops all steps.
 *
 * @throws DriftpinError `migration_incomplete`, or `migration_invalid` for transaction control.
 */
export function planSteps(
  migrations: readonly Migration[],
  from: number,
  to: number,
): PlannedStep[] {
  if (to >= from) return migrations.slice(from, to).map((migration) => stepOf(migration, 'up'))
  return migrations
    .slice(to, from)
    .reverse()
    .map((migration) => stepOf(migration, 'down'))
}

function stepOf(migration: Migration, direction: Direction): PlannedStep {
  const { version, name, [direction]: script } = migration
  if (script) {
    statementsOf(script)
    const { file, text, transaction } = script
    return { version, name, direction, file, sql: text, transaction }
  }
  throw new DriftpinError(
    'migration_incomplete',
    `${migration.up.file} has no down file, so it cannot be reverted. Restore a backup, or write ` +
      'a new migration that undoes it.',
    { version },
  )
}

/** The script that a step runs. */
export const scriptOf = ({ file, sql, transaction }: PlannedStep): MigrationScript => ({
  file,
  text: sql,
  transaction,
})

/**
 * The number of migrations that are applied at a version; 0 is the state before all of them.
 *
 * @throws DriftpinError `migration_target` when there is no such version.
 */
export function countTo(migrations: readonly Migration[], version: number): number {
  return version === 0 ? 0 : migrations.indexOf(migrationAt(migrations, version)) + 1
}

/**
 * @param more What the error adds to the list of versions.
 * @throws DriftpinError `migration_target` when there is no such version.
 */
export function migrationAt(
  migrations: readonly Migration[],
  version: number,
  more = ', and 0 for none.',
): Migration {
  const found = migrations.find((migration) => migration.version === version)
  if (found) return found
  const versions = migrations.map((migration) => migration.version)
  // A long list is shortened to its beginning and end.
  const first = versions.length <= 20 ? versions : versions.slice(0, 3)
  const last = first === versions ? '' : ` and so on to ${versions.at(-1)}`
  throw new DriftpinError(
    'migration_target',
    `There is no migration ${version}. The versions are ${first.join(', ') || 'none'}${last}${more}`,
    { version },
  )
}

/** The session in which steps run, and how they wait. */
export interface StepRun {
  readonly session: Session
  readonly migrations: readonly Migration[]
  readonly ledger: Ledger
  readonly waiting: WaitOptions
  /** Undefined if there is no second connection. */
  readonly watcher: Watcher | undefined
  readonly assertHeld: AssertHeld
}

/**
 * Runs a migration together with its row in the ledger.
 *
 * @throws DriftpinError `migration_failed`, or `migration_locked` if it could not get a lock.
 */
export async function runStep(run: StepRun, step: PlannedStep): Promise<FinishedStep> {
  const started = performance.now()
  const elapsed = () => performance.now() - started
  if (step.transaction) {
    await retryWhileLocked(run, step.file, () => runWithTransaction(run, step))
  } else {
    await runWithoutTransaction(run, step, elapsed)
  }
  return { ...step, durationMs: elapsed() }
}

async function runWithTransaction(
  { session, migrations, ledger, waiting, assertHeld }: StepRun,
  step: PlannedStep,
) {
  // PostgreSQL accepts milliseconds of at most 31 bits.
  const timeout = Math.ceil(Math.min(waiting.statementLockTimeoutMs, 2 ** 31 - 1))
  const path = searchPath(ledger.schema)
  await runInTransaction(session, scriptOf(step), async (transaction) => {
    await transaction.script(`SET LOCAL search_path = ${path}; SET LOCAL lock_timeout = ${timeout}`)
    await assertHeld(transaction)
    if (step.direction === 'down') await ledger.remove(transaction, step.version)
    else await ledger.add(transaction, migrationAt(migrations, step.version), 0)
  })
}

/**
 * Runs a step without a transaction. Nothing queues behind commands such as CREATE INDEX
 * CONCURRENTLY, and they leave an invalid index if they are cancelled, so they run without
 * timeouts. The caller restores the session state.
 */
async function runWithoutTransaction(
  { session, migrations, ledger, assertHeld }: StepRun,
  step: PlannedStep,
  elapsed: () => number,
) {
  await session.script(
    `SET search_path = ${searchPath(ledger.schema)}; SET lock_timeout = 0; SET statement_timeout = 0`,
  )
  await assertHeld(session)
  const { version, direction } = step
  if (direction === 'up') await ledger.add(session, migrationAt(migrations, version), null)
  else await ledger.setTimes(session, [{ version, durationMs: null }])
  await runScript(session, scriptOf(step))
  if (direction === 'up') await ledger.setTimes(session, [{ version, durationMs: elapsed() }])
  else await ledger.remove(session, version)
}

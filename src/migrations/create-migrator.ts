import type { Database, Session } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { assertNotDirty } from './assert-not-dirty.js'
import { assertInStep, compareLedger, type MigrationStatus } from './compare-ledger.js'
import { bundledFiles } from './generated/bundled.js'
import { Ledger, ledgerName } from './ledger.js'
import type { Migration } from './migration.js'
import {
  type AssertHeld,
  type WaitOptions,
  type Watcher,
  withMigrationLock,
} from './migration-locks.js'
import {
  countTo,
  type FinishedStep,
  migrationAt,
  type PlannedStep,
  planSteps,
  runStep,
  scriptOf,
} from './migration-steps.js'
import { parseMigrations } from './parse-migrations.js'
import { recordSession } from './session-state.js'

/**
 * The options of {@link createMigrator}.
 *
 * @example
 * ```ts
 * const options: MigratorOptions = {
 *   migrations: await readMigrations('db/migrations'),
 *   ledger: 'app_migrations',
 * }
 * await createMigrator(database, options).up()
 * ```
 */
export interface MigratorOptions extends Partial<WaitOptions> {
  /** What to run; driftpin's own migrations by default. See {@link readMigrations}. */
  readonly migrations?: readonly Migration[]
  /** The name of the ledger table, in the schema that is migrated; `driftpin_migrations`. */
  readonly ledger?: string
  /** How long to wait for another process that migrates, in milliseconds; 60000. */
  readonly lockTimeoutMs?: number
  /** Called after each migration that ran. */
  readonly onStep?: (step: FinishedStep) => void
}

/**
 * Runs migrations; see {@link createMigrator}.
 *
 * @example
 * ```ts
 * const migrator: Migrator = createMigrator(database)
 * const before = await migrator.plan()
 * await migrator.up()
 * await migrator.down({ steps: before.length })
 * ```
 */
export interface Migrator {
  /** Applies all pending migrations. */
  up(): Promise<FinishedStep[]>
  /** Reverts the newest migrations; one by default. */
  down(options?: { readonly steps?: number }): Promise<FinishedStep[]>
  /** Migrates up or down to a version; 0 reverts everything and keeps the ledger. */
  to(version: number): Promise<FinishedStep[]>
  /** Returns the state of each migration. Writes nothing, and throws for no state. */
  status(): Promise<MigrationStatus[]>
  /** Returns what `to(version)` would run, up to the newest by default. Writes nothing. */
  plan(version?: number): Promise<PlannedStep[]>
  /**
   * Resolves a dirty migration after a person has repaired the database: `applied` if everything
   * that its up file creates exists, `pending` if nothing of it exists.
   *
   * @throws DriftpinError `invalid_input` when the migration is not dirty.
   */
  resolve(version: number, state: 'applied' | 'pending'): Promise<void>
}

/**
 * Creates a runner for SQL migrations on a database, in the schema of its adapter.
 *
 * Each migration runs in a transaction of its own, together with its row in the ledger, with a
 * `search_path` of that schema alone. Several processes may run the same migrations at once: an
 * advisory lock lets one of them work while the others wait. After an error, the migrations before
 * the failing one stay applied and the failing one is rolled back. Every migration begins with the
 * same session state: settings, role, prepared statements and temporary objects that a file leaves
 * are restored or removed before the next one.
 *
 * @throws DriftpinError from each method: `migration_failed` with the line of the failing
 * statement; `migration_edited`, `migration_gap`, `migration_unknown` or `migration_dirty` when
 * the database and the folder do not agree; `migration_incomplete` for a missing down;
 * `migration_target` for a version that does not exist; `migration_locked` when another runner,
 * or a lock on a table, was not gone in time; `pooler_refused` behind a pooler in transaction
 * mode, which keeps no session; `server_unsupported` before anything is written to a server older
 * than PostgreSQL 14; `outcome_unknown` when the connection is lost while a migration is
 * committed, after which `status` tells.
 *
 * @example
 * ```ts
 * const migrator = createMigrator(fromPg(pool, { schema: 'chat' }))
 * for (const { file, durationMs } of await migrator.up()) console.log(file, durationMs)
 * ```
 */
export function createMigrator(database: Database, options: MigratorOptions = {}): Migrator {
  const migrations = options.migrations ?? parseMigrations(bundledFiles)
  const ledger = new Ledger(database.schema, options.ledger ?? ledgerName)
  const { onStep } = options
  const lockTimeoutMs = milliseconds('lockTimeoutMs', options.lockTimeoutMs ?? 60_000)
  const waiting = waitOptions(options)

  const stepsTo = async (queryable: Database | Session, target: Target) => {
    const statuses = await compareLedger(migrations, await ledger.read(queryable))
    await assertNotDirty(queryable, statuses, migrations, ledger)
    assertInStep(statuses, migrations)
    const applied = statuses.filter(({ state }) => state === 'applied').length
    return planSteps(migrations, applied, target(applied))
  }

  const withLock = <T>(work: (session: Session, held: AssertHeld) => Promise<T>): Promise<T> =>
    database.withSession((session) =>
      withMigrationLock(session, ledger.name, lockTimeoutMs, (held) => work(session, held)),
    )

  const migrate = (target: Target): Promise<FinishedStep[]> =>
    withLock(async (session, assertHeld) => {
      await ledger.create(session)
      const steps = await stepsTo(session, target)
      if (steps.length === 0) return []
      const finished: FinishedStep[] = []
      const restore = await recordSession(session, steps.map(scriptOf))
      const recordTimes = () =>
        ledger.setTimes(
          session,
          finished.filter((step) => step.transaction),
        )
      try {
        const watcher = await watcherOf(database, session)
        const run = { session, migrations, ledger, waiting, watcher, assertHeld }
        for (const step of steps) {
          const done = await runStep(run, step)
          finished.push(done)
          await restore(session, scriptOf(step))
          onStep?.(done)
        }
      } catch (error) {
        // After a lost connection nothing can be restored, and the first error is reported.
        await restore(session)
          .then(recordTimes)
          .catch(() => {})
        throw error
      }
      await recordTimes()
      return finished
    })

  return {
    up: () => migrate(() => migrations.length),
    down: async ({ steps = 1 } = {}) => {
      if (!Number.isSafeInteger(steps) || steps < 0) {
        const message = `${steps} is not a number of migrations to revert`
        throw invalid(`${message}: give a whole number, 0 or more.`, { steps })
      }
      return await migrate((applied) => Math.max(0, applied - steps))
    },
    to: (version) => migrate(() => countTo(migrations, version)),
    status: async () => await compareLedger(migrations, await ledger.read(database)),
    plan: async (version) => {
      const target = () =>
        version === undefined ? migrations.length : countTo(migrations, version)
      return await stepsTo(database, target)
    },
    resolve: (version, state) =>
      withLock(async (session) => {
        const statuses = await compareLedger(migrations, await ledger.read(session))
        const status = statuses.find((one) => one.version === version)
        if (status?.state !== 'dirty') {
          const why = `${status?.state ?? 'not known'} here, not dirty, so there is nothing to resolve`
          const message = `Migration ${version} is ${why}. See driftpin migrate status.`
          throw invalid(message, { version, status })
        }
        if (state === 'pending') await ledger.remove(session, version)
        else await ledger.settle(session, migrationAt(migrations, version))
      }),
  }
}

/** How many migrations are to be applied, given how many are applied now. */
type Target = (applied: number) => number

const invalid = (message: string, cause: object) =>
  new DriftpinError('invalid_input', message, cause)

function waitOptions({
  statementLockTimeoutMs = 2000,
  statementLockAttempts = 10,
  onBlocked,
}: MigratorOptions): WaitOptions {
  milliseconds('statementLockTimeoutMs', statementLockTimeoutMs)
  if (!Number.isSafeInteger(statementLockAttempts) || statementLockAttempts < 1) {
    const message = `statementLockAttempts is ${statementLockAttempts}`
    throw invalid(`${message}: give a whole number, 1 or more.`, { statementLockAttempts })
  }
  return { statementLockTimeoutMs, statementLockAttempts, onBlocked }
}

/** @throws DriftpinError `invalid_input` for an impossible time, including NaN. */
export function milliseconds(name: string, value: number): number {
  if (value >= 0) return value
  throw invalid(`${name} is ${value}: give the milliseconds to wait, 0 or more.`, { [name]: value })
}

async function watcherOf(database: Database, session: Session): Promise<Watcher | undefined> {
  if (!database.capabilities.concurrentTransactions) return undefined
  const { rows } = await session.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid')
  return { database, pid: rows[0]!.pid }
}

import type { Database, Queryable, Session } from '../database/database.js'
import { quoteIdentifier } from '../database/quote-identifier.js'
import { sqlState } from '../database/sql-state.js'
import { DriftpinError } from '../errors.js'
import { assertInStep, compareLedger, type MigrationStatus } from './compare-ledger.js'
import { bundledFiles } from './generated/bundled.js'
import { Ledger, ledgerName } from './ledger.js'
import { checksumOf, type Direction, type Migration } from './migration.js'
import { parseMigrations } from './parse-migrations.js'
import { runScript, statementsOf } from './run-script.js'
import { withMigrationLock } from './with-migration-lock.js'

/** What {@link createMigrator} can be told. */
export interface MigratorOptions {
  /** What to run; driftpin's own migrations by default. See {@link readMigrations}. */
  readonly migrations?: readonly Migration[]
  /** The name of the ledger table, in the schema that is migrated; `driftpin_migrations`. */
  readonly ledger?: string
  /** How long to wait for another process that migrates, in milliseconds; 60000. */
  readonly lockTimeoutMs?: number
  /** Called after each migration that ran. */
  readonly onStep?: (step: FinishedStep) => void
}

/** A migration to run, and which way. */
export interface PlannedStep {
  readonly version: number
  readonly name: string
  readonly direction: Direction
  readonly file: string
  /** The SQL of the file, as it will be run. */
  readonly sql: string
  readonly transaction: boolean
}

/** A migration that ran. */
export interface FinishedStep extends PlannedStep {
  readonly durationMs: number
}

/** Runs migrations; see {@link createMigrator}. */
export interface Migrator {
  /** Applies everything that is pending. Does nothing when nothing is. */
  up(): Promise<FinishedStep[]>
  /** Takes back the newest migrations, one unless told otherwise. */
  down(options?: { readonly steps?: number }): Promise<FinishedStep[]>
  /** Goes up or down to a version; 0 takes everything back but the ledger. */
  to(version: number): Promise<FinishedStep[]>
  /** What each migration's state is. Writes nothing, and throws for no state. */
  status(): Promise<MigrationStatus[]>
  /** What `to(version)` would run, up to the newest by default. Writes nothing. */
  plan(version?: number): Promise<PlannedStep[]>
}

/**
 * Makes a runner for SQL migrations on a database, in the schema of its adapter.
 *
 * Each migration runs in a transaction of its own, together with its row in the ledger, with a
 * `search_path` of that schema alone. N processes may run the same migrations at once: an
 * advisory lock lets one work and the others find it done. After an error everything before the
 * failing migration stays applied and nothing of it does.
 *
 * @throws DriftpinError from each method: `migration_failed` with the line of the failing
 * statement; `migration_edited`, `migration_gap`, `migration_unknown` or `migration_dirty` when
 * the database and the folder do not agree; `migration_incomplete` for a missing down;
 * `migration_target` for a version that does not exist; `migration_locked`.
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
  const { lockTimeoutMs = 60_000, onStep } = options
  if (!(lockTimeoutMs >= 0)) throw badTimeout(lockTimeoutMs)

  const statusesOf = async (database: Database | Session) =>
    await compareLedger(migrations, await ledger.read(database))

  const stepsTo = async (database: Database | Session, target: Target): Promise<Step[]> => {
    const statuses = await statusesOf(database)
    assertInStep(statuses, migrations, ledger.name)
    const applied = statuses.filter(({ state }) => state === 'applied').length
    return planSteps(migrations, applied, target(applied))
  }

  const migrate = (target: Target): Promise<FinishedStep[]> =>
    database.withSession((session) =>
      withMigrationLock(session, ledger.name, lockTimeoutMs, async () => {
        await ledger.create(session)
        const finished: FinishedStep[] = []
        for (const step of await stepsTo(session, target)) {
          const done = await runStep(session, ledger, step)
          finished.push(done)
          onStep?.(done)
        }
        return finished
      }),
    )

  return {
    up: () => migrate(() => migrations.length),
    down: async ({ steps = 1 } = {}) => {
      if (!Number.isSafeInteger(steps) || steps < 0) throw badSteps(steps)
      return await migrate((applied) => Math.max(0, applied - steps))
    },
    to: (version) => migrate(() => countTo(migrations, version)),
    status: () => statusesOf(database),
    plan: async (version) => {
      const target = () =>
        version === undefined ? migrations.length : countTo(migrations, version)
      return (await stepsTo(database, target)).map(describe)
    },
  }
}

/** How many migrations shall be applied in the end, given how many are. */
type Target = (applied: number) => number

interface Step {
  readonly migration: Migration
  readonly direction: Direction
}

function countTo(migrations: readonly Migration[], version: number): number {
  if (version === 0) return 0
  const index = migrations.findIndex((migration) => migration.version === version)
  if (index >= 0) return index + 1
  const versions = migrations.map((migration) => migration.version)
  throw new DriftpinError(
    'migration_target',
    `There is no migration ${version}. There are ${versions.join(', ')}, and 0 for none.`,
    { version },
  )
}

function badTimeout(lockTimeoutMs: number): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    `lockTimeoutMs is ${lockTimeoutMs}: give the milliseconds to wait, from 0 on.`,
    { lockTimeoutMs },
  )
}

function badSteps(steps: number): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    `${steps} is not a number of migrations to take back: give a whole number from 0 on.`,
    { steps },
  )
}

/** Looks at every file before the first one runs, so that a missing down stops all of them. */
function planSteps(migrations: readonly Migration[], from: number, to: number): Step[] {
  const steps: Step[] =
    to >= from
      ? migrations.slice(from, to).map((migration) => ({ migration, direction: 'up' }))
      : migrations
          .slice(to, from)
          .reverse()
          .map((migration) => ({ migration, direction: 'down' }))
  for (const step of steps) statementsOf(scriptOf(step))
  return steps
}

function scriptOf({ migration, direction }: Step) {
  const script = migration[direction]
  if (script) return script
  throw new DriftpinError(
    'migration_incomplete',
    `${migration.up.file} has no down file, so that it cannot be taken back. Restore a backup, ` +
      'or write a new migration that undoes it.',
    { version: migration.version },
  )
}

function describe(step: Step): PlannedStep {
  const { version, name } = step.migration
  const { file, text, transaction } = scriptOf(step)
  return { version, name, direction: step.direction, file, sql: text, transaction }
}

async function runStep(session: Session, ledger: Ledger, step: Step): Promise<FinishedStep> {
  const planned = describe(step)
  const started = performance.now()
  const elapsed = () => performance.now() - started
  if (planned.transaction) {
    let ran = false
    const run = session.transaction(async (transaction) => {
      await transaction.script(`SET LOCAL search_path = ${searchPath(ledger.schema)}`)
      await noteBefore(transaction, ledger, step)
      await runScript(transaction, scriptOf(step))
      await noteAfter(transaction, ledger, step, elapsed())
      ran = true
    })
    await run.catch((error) => {
      throw ran && sqlState(error) ? commitFailed(planned.file, error) : error
    })
  } else {
    // Not RESET: PGlite, like many an application, has set one of its own.
    const { rows } = await session.query<{ path: string }>(
      "SELECT pg_catalog.current_setting('search_path') AS path",
    )
    await session.script(`SET search_path = ${searchPath(ledger.schema)}`)
    try {
      await noteBefore(session, ledger, step)
      await runScript(session, scriptOf(step))
      await noteAfter(session, ledger, step, elapsed())
    } finally {
      // Where the connection is gone its settings are too.
      const restore = "SELECT pg_catalog.set_config('search_path', $1, false)"
      await session.query(restore, [rows[0]!.path]).catch(() => {})
    }
  }
  return { ...planned, durationMs: elapsed() }
}

function commitFailed(file: string, error: Error): DriftpinError {
  return new DriftpinError(
    'migration_failed',
    `${file} failed when it was committed: ${error.message} (SQLSTATE ${sqlState(error)}). ` +
      'Deferred constraints are checked then, so look at the rows that it writes.',
    error,
  )
}

/** Names without a schema go to this one; pg_temp last, or a temporary table could take them. */
function searchPath(schema: string): string {
  return `${quoteIdentifier(schema)}, pg_temp`
}

async function noteBefore(queryable: Queryable, ledger: Ledger, { migration, direction }: Step) {
  if (direction === 'up') await ledger.begin(queryable, migration, await checksumOf(migration))
  else await ledger.reopen(queryable, migration)
}

async function noteAfter(queryable: Queryable, ledger: Ledger, step: Step, durationMs: number) {
  if (step.direction === 'up') await ledger.finish(queryable, step.migration, durationMs)
  else await ledger.remove(queryable, step.migration)
}

import type pg from 'pg'
import type { Database } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { bundledFiles, type Migration, parseMigrations } from '../migrations/index.js'
import { withoutAbsent } from './choices.js'
import { openEmbeddedEnvironment } from './embedded-environment.js'
import type { Environment } from './environment.js'
import { brokenIn, renderBroken, renderKept } from './failure.js'
import type { HistoryCommand, HistorySetting } from './history-run.js'
import { LawBroken } from './law.js'
import { type Operations, ownOperations } from './own-operations.js'
import { runHistory, tellHistory } from './run-history.js'
import { openServerEnvironment } from './server-environment.js'

/**
 * Where histories run, and which operations they call. All options are optional.
 *
 * @example
 * ```ts
 * const options: RunnerOptions = { server: process.env.DATABASE_URL!, operations }
 * await using runner = await openHistoryRunner(options)
 * ```
 */
export interface RunnerOptions {
  /**
   * The connection string of a server, on which histories use two new schemas, or a pool of at
   * least four clients, which stays open; PGlite by default.
   */
  readonly server?: string | pg.Pool
  /** Operations of a backend, in place of driftpin's. */
  readonly operations?: Partial<Operations>
  /** The migrations of the schema; driftpin's own by default. */
  readonly migrations?: readonly Migration[]
  /**
   * Changes each installation after it was migrated, for example to add the tables of a backend.
   * With no `migrations` (an empty list), it makes the schema itself, for example from a dump.
   * Histories then do not revert migrations.
   */
  readonly prepare?: (database: Database) => Promise<void>
  /**
   * The folder in which the database of a failure is kept; `.driftpin/laws` by default. On a
   * server, the schemas stay instead.
   */
  readonly evidence?: string
}

/** Opens the environment for histories. The caller closes it. */
export async function openEnvironment(options: RunnerOptions, name: string): Promise<Environment> {
  const { server, prepare, evidence = '.driftpin/laws' } = options
  const isOurs = options.migrations === undefined
  const made = { migrations: migrationsOf(options), isOurs, prepare }
  if (server !== undefined) return await openServerEnvironment({ ...made, server })
  return await openEmbeddedEnvironment({ ...made, evidence: `${evidence}/${name}.image` })
}

export function settingOf(environment: Environment, options: RunnerOptions): HistorySetting {
  return {
    environment,
    operations: { ...ownOperations, ...withoutAbsent(options.operations ?? {}) },
    // The tables of a host have no down, and may refer to tables that our own migrations drop.
    migrations: options.prepare ? [] : migrationsOf(options),
    coverage: new Map(),
    counts: { commands: 0, laws: 0 },
  }
}

/** The migrations of the schema. */
export const migrationsOf = ({ migrations = parseMigrations(bundledFiles) }: RunnerOptions) =>
  migrations

/**
 * Runs the histories of a property test.
 *
 * @example
 * ```ts
 * await using runner: HistoryRunner = await openHistoryRunner()
 * await runner.run(fc.sample(history(), 1)[0]!)
 * ```
 */
export interface HistoryRunner {
  /** Such as `PostgreSQL 18.4`. */
  readonly engine: string
  /**
   * Runs one history from the beginning, in a database without the rows of earlier histories.
   *
   * @throws DriftpinError `law_broken` with the law, the history, what differs, and where its
   * database is kept.
   */
  run(history: Iterable<HistoryCommand>): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens an environment for random histories, for property tests of your own. The caller closes it.
 * `checkHistories` does all of it in one call.
 *
 * @throws DriftpinError as `openHarness`, and errors of the server.
 *
 * @example
 * ```ts
 * await using runner = await openHistoryRunner()
 * await fc.assert(fc.asyncProperty(history({ commandsMax: 10 }), (made) => runner.run(made)))
 * ```
 */
export async function openHistoryRunner(options: RunnerOptions = {}): Promise<HistoryRunner> {
  const environment = await openEnvironment(options, 'runner')
  const setting = settingOf(environment, options)
  const runner: HistoryRunner = {
    engine: environment.engine,
    async run(history) {
      const result = await runHistory(setting, history)
      const { error } = result
      if (error === undefined) return
      if (!(error instanceof LawBroken)) throw error
      const kept = renderKept(await environment.keep().catch(String))
      const message = `${renderBroken(brokenIn(tellHistory(result), error))}\n\n${kept}`
      throw new DriftpinError('law_broken', message, error)
    },
    close: () => environment.close(),
    [Symbol.asyncDispose]: () => environment.close(),
  }
  return runner
}

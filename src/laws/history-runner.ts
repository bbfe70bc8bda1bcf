import type pg from 'pg'
import type { Database } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { bundledFiles, type Migration, parseMigrations } from '../migrations/index.js'
import { openEmbeddedGround } from './embedded-ground.js'
import { brokenIn } from './failure.js'
import type { Ground } from './ground.js'
import type { HistoryCommand } from './history.js'
import { LawBroken } from './law-broken.js'
import { type Operations, ownOperations } from './operations.js'
import { renderBroken, renderKept } from './render-failure.js'
import { createWorld, type HistorySetting, openWorld, runHistory } from './run-history.js'
import { openServerGround } from './server-ground.js'

/**
 * Where histories run, and what they call. All of it is optional.
 *
 * @example
 * ```ts
 * const options: RunnerOptions = { server: process.env.DATABASE_URL!, operations }
 * await using runner = await openHistoryRunner(options)
 * ```
 */
export interface RunnerOptions {
  /**
   * The connection string of a server to run on, in two schemas of its own, or a pool of at least
   * four clients, which stays the caller's; PGlite by default.
   */
  readonly server?: string | pg.Pool
  /** Operations of a backend that take the place of driftpin's. */
  readonly operations?: Partial<Operations>
  /** What the schema is made by; driftpin's own migrations by default. */
  readonly migrations?: readonly Migration[]
  /**
   * Changes each installation after it was migrated: adds the tables of a backend, for example.
   * Migrations are then not taken back in a history.
   */
  readonly prepare?: (database: Database) => Promise<void>
  /**
   * The folder in which the database of a failure is kept; `.driftpin/laws` by default. On a server
   * its schemas stay instead.
   */
  readonly evidence?: string
}

/** Opens what histories run on. The caller closes it. */
export async function openGround(options: RunnerOptions, name: string): Promise<Ground> {
  const { server, prepare, evidence = '.driftpin/laws' } = options
  const isOurs = options.migrations === undefined
  const made = { migrations: migrationsOf(options), isOurs, prepare }
  if (server !== undefined) return await openServerGround({ ...made, server })
  return await openEmbeddedGround({ ...made, evidence: `${evidence}/${name}.image` })
}

export function settingOf(ground: Ground, options: RunnerOptions): HistorySetting {
  return {
    ground,
    operations: { ...ownOperations, ...options.operations },
    // What a host adds has no way down, and may refer to what our own would drop.
    migrations: options.prepare ? [] : migrationsOf(options),
    coverage: new Map(),
    counts: { commands: 0, laws: 0 },
  }
}

const migrationsOf = ({ migrations = parseMigrations(bundledFiles) }: RunnerOptions) => migrations

/**
 * Runs the histories of a property of one's own.
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
   * Runs one history from the beginning, in a database without a trace of the one before.
   *
   * @throws DriftpinError `law_broken` with the law, the history, what differs, and where the
   * database of it is kept.
   */
  run(history: Iterable<HistoryCommand>): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a place to run random histories in, for properties of one's own; `checkHistories` is the
 * whole of it in one call. It has to be closed.
 *
 * @throws DriftpinError as `openHarness`, and whatever the server says.
 *
 * @example
 * ```ts
 * await using runner = await openHistoryRunner()
 * await fc.assert(fc.asyncProperty(history({ commandsMax: 10 }), (made) => runner.run(made)))
 * ```
 */
export async function openHistoryRunner(options: RunnerOptions = {}): Promise<HistoryRunner> {
  const ground = await openGround(options, 'runner')
  const setting = settingOf(ground, options)
  const runner: HistoryRunner = {
    engine: ground.engine,
    async run(history) {
      let world = createWorld(setting)
      try {
        world = await openWorld(setting, (fresh) => {
          world = fresh
        })
        await runHistory(world, history)
      } catch (error) {
        if (!(error instanceof LawBroken)) throw error
        const kept = renderKept(await ground.keep().catch(String))
        const message = `${renderBroken(brokenIn(world, error))}\n\n${kept}`
        throw new DriftpinError('law_broken', message, error)
      }
    },
    close: () => ground.close(),
    [Symbol.asyncDispose]: () => ground.close(),
  }
  return runner
}

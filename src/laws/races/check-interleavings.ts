import {
  assertNoFailure,
  type CheckOptions,
  type CheckReport,
  check,
  newSeed,
  refuseOptions,
} from '../check.js'
import { migrationsOf, type RunnerOptions, settingOf } from '../history-runner.js'
import { arbitraryRace, type ChosenRace, schedulerOf, withRaceNames } from './race.js'
import { openRaceEnvironment } from './race-environment.js'
import { lawOf, type RaceResult, runRace } from './run-race.js'

/**
 * Options of {@link checkInterleavings}. All of them except the server are optional.
 *
 * @example
 * ```ts
 * const options: InterleavingsOptions = { server, seed: 1, runs: 10 }
 * await assertInterleavings(options)
 * ```
 */
export interface InterleavingsOptions
  extends CheckOptions,
    Omit<RunnerOptions, 'server' | 'evidence'> {
  /**
   * The connection string of a server, without a pooler, on which two schemas are created and
   * dropped. The user must be allowed to create schemas.
   */
  readonly server: string
  /** The most sessions that run at once, each on its own connection: 2 to 8; 3 by default. */
  readonly sessionsMax?: number
  /** The most operations of one session, 1 to 20; 5 by default. */
  readonly operationsMax?: number
}

/** How many orders are tried of operations that may break a law. */
const ordersTried = 3

/**
 * Runs two or more sessions at once on a server, each on its own connection, and checks the laws
 * that must hold for every interleaving of their statements. A scheduler gives each statement a
 * turn. One reader reads all rows after each commit, and another one reads them all the time. The
 * first failure is shrunk to the operations that are needed to break the law, and its schemas are
 * kept.
 *
 * A seed and a path replay the operations and the order of their statements. They do not replay
 * what the server decides, such as which transaction of a deadlock fails, and what the second
 * reader happens to see.
 *
 * An operation of a backend must use the connection that it is given, for one statement after the
 * other.
 *
 * @throws DriftpinError `invalid_input` for options that contradict each other. A broken law is not
 * thrown, but is in the report.
 *
 * @example
 * ```ts
 * const { runs, failure } = await checkInterleavings({ server, seed: 1 })
 * console.log(failure ? renderFailure(failure) : `${runs} interleavings, every law held`)
 * ```
 */
export async function checkInterleavings(options: InterleavingsOptions): Promise<CheckReport> {
  const { server, prepare, sessionsMax = 3, operationsMax = 5, seed = newSeed() } = options
  const isIn = (value: number, from: number, to: number) =>
    Number.isSafeInteger(value) && value >= from && value <= to
  refuseOptions(options, [
    [!isIn(sessionsMax, 2, 8), `sessionsMax is ${sessionsMax}: give 2 to 8.`],
    // The number of possible orders grows exponentially.
    [!isIn(operationsMax, 1, 20), `operationsMax is ${operationsMax}: give 1 to 20.`],
  ])
  const migrations = migrationsOf(options)
  const environment = await openRaceEnvironment({ server, migrations, prepare, sessionsMax })
  const setting = { ...settingOf(environment, options), environment }
  const { coverage, counts } = setting
  const checking = check<ChosenRace, RaceResult>(
    { ...options, seed },
    {
      ...{ coverage, counts, engine: environment.engine },
      cases: arbitraryRace({ sessionsMax, operationsMax }),
      async attempt({ sessions, order }, known): Promise<RaceResult> {
        // Fewer operations rarely fail in the order of more operations: other orders are tried too.
        const tries = known || options.path !== undefined ? ordersTried : 1
        for (let one = order; one < order + tries; one += 1) {
          const running = runRace(setting, sessions, schedulerOf(one))
          const race = await running.catch((error) => ({ error, history: [], order: [] }))
          // A shorter race that breaks another law is a different failure.
          if (race.error !== undefined && (!known || lawOf(known) === lawOf(race))) return race
        }
        return { history: [], order: [] }
      },
      tell: ({ history, order }) => ({ history, order, named: withRaceNames }),
      keep: () => environment.keep(),
      replay: ({ path }) =>
        `checkInterleavings({ server, seed: ${seed}, path: '${path}', ` +
        `sessionsMax: ${sessionsMax}, operationsMax: ${operationsMax} })`,
    },
  )
  return await checking.finally(environment.close)
}

/**
 * {@link checkInterleavings} for a test: it throws if a law is broken.
 *
 * @throws DriftpinError `law_broken` with the report as its message and the failure as its cause.
 *
 * @example
 * ```ts
 * test('the laws hold at once', () => assertInterleavings({ server, seed: 1, operations }))
 * ```
 */
export async function assertInterleavings(options: InterleavingsOptions): Promise<CheckReport> {
  return assertNoFailure(await checkInterleavings(options))
}

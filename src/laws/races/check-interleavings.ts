import fc from 'fast-check'
import type { Database } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { bundledFiles, type Migration, parseMigrations } from '../../migrations/index.js'
import type { Coverage } from '../history-run.js'
import { LawBroken } from '../law.js'
import { type Operations, ownOperations } from '../own-operations.js'
import { checkParameters, checkRunOptions } from '../run-options.js'
import { arbitraryRace, type RaceSize, schedulerOf } from './race.js'
import { openRaceEnvironment, type RaceEnvironment } from './race-environment.js'
import { type RaceFailure, raceFailureOf, renderRaceFailure } from './race-failure.js'
import { type RaceResult, type RaceSetting, runRace } from './run-race.js'

/**
 * Options of {@link checkInterleavings}. All of them except the server are optional.
 *
 * @example
 * ```ts
 * const options: InterleavingsOptions = { server, seed: 1, runs: 10 }
 * await assertInterleavings(options)
 * ```
 */
export interface InterleavingsOptions {
  /**
   * The connection string of a server, without a pooler, on which two schemas are created and
   * dropped. The user must be allowed to create schemas.
   */
  readonly server: string
  /** How many interleavings; 100 by default. */
  readonly runs?: number
  /** The seed of the interleavings, an integer; random by default. Reports print it. */
  readonly seed?: number
  /** The path of a failure, as its report prints it: only that interleaving is run. */
  readonly path?: string
  /** The most sessions that run at once, each on its own connection: 2 to 8; 3 by default. */
  readonly sessionsMax?: number
  /** The most operations of one session, 1 to 20; 5 by default. */
  readonly operationsMax?: number
  /** The most interleavings that are tried to shrink a failure; 300 by default. */
  readonly shrinksMax?: number
  /** Operations of a backend, in place of driftpin's. */
  readonly operations?: Partial<Operations>
  /** The migrations of the schema; driftpin's own by default. */
  readonly migrations?: readonly Migration[]
  /** Changes the schema after it was migrated, for example to add the tables of a backend. */
  readonly prepare?: (database: Database) => Promise<void>
  /** Called after every interleaving that breaks no law, until a failure is shrunk. */
  readonly onProgress?: (progress: InterleavingsProgress) => void
}

/**
 * The progress of a run.
 *
 * @example
 * ```ts
 * const onProgress = ({ runs, turns }: InterleavingsProgress) => console.log(runs, turns)
 * await checkInterleavings({ server, onProgress })
 * ```
 */
export interface InterleavingsProgress {
  /** Interleavings that were run. */
  readonly runs: number
  /** Operations of all interleavings. */
  readonly operations: number
  /** Statements, and beginnings and ends of transactions, that waited for their turn. */
  readonly turns: number
  /** How often a reader read all rows. */
  readonly observations: number
  /** Checks of laws. */
  readonly lawsChecked: number
}

/**
 * The result of a run.
 *
 * @example
 * ```ts
 * const report: InterleavingsReport = await checkInterleavings({ server })
 * if (report.failure) console.error(renderRaceFailure(report.failure))
 * ```
 */
export interface InterleavingsReport extends InterleavingsProgress {
  /** Such as `PostgreSQL 18.4`. */
  readonly engine: string
  /** The seed of the interleavings. */
  readonly seed: number
  /** How often each operation was done, refused or failed. */
  readonly coverage: Coverage
  /** Undefined when every law held. */
  readonly failure: RaceFailure | undefined
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
 * console.log(failure ? renderRaceFailure(failure) : `${runs} interleavings, every law held`)
 * ```
 */
export async function checkInterleavings(
  options: InterleavingsOptions,
): Promise<InterleavingsReport> {
  refuseContradictions(options)
  const { server, prepare, sessionsMax = 3, operationsMax = 5 } = options
  const migrations = options.migrations ?? parseMigrations(bundledFiles)
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
  const environment = await openRaceEnvironment({ server, migrations, prepare, sessionsMax })
  try {
    return await checkOn(environment, { ...options, seed, sessionsMax, operationsMax })
  } finally {
    await environment.close()
  }
}

async function checkOn(
  environment: RaceEnvironment,
  options: InterleavingsOptions & RaceSize & { readonly seed: number },
): Promise<InterleavingsReport> {
  const { seed, path, sessionsMax, operationsMax, shrinksMax = 300 } = options
  const setting: RaceSetting = {
    environment,
    operations: { ...ownOperations, ...options.operations },
    coverage: new Map(),
    counts: { operations: 0, turns: 0, observations: 0, laws: 0 },
  }
  let runsDone = 0
  const tell = () => {
    const { laws: lawsChecked, ...counts } = setting.counts
    return { runs: runsDone, ...counts, lawsChecked }
  }
  const search = async (where: string | undefined) => {
    const found: { race?: RaceResult; tries: number } = { tries: 0 }
    const property = fc.asyncProperty(arbitraryRace(options), async ({ sessions, order }) => {
      if (found.race && where === undefined && ++found.tries > shrinksMax) return
      // Fewer operations rarely fail in the order of more operations: other orders are tried too.
      const isKnown = found.race !== undefined || where !== undefined
      const orders = Array.from({ length: isKnown ? ordersTried : 1 }, (_, n) => order + n)
      for (const one of orders) {
        const race = await runRace(setting, sessions, schedulerOf(one))
        if (!race.broken) continue
        // A shorter race that breaks another law is a different failure.
        if (found.race && found.race.broken?.law !== race.broken.law) continue
        found.race = race
        throw new LawBroken(race.broken.law, race.broken.findings)
      }
      if (isKnown) return
      runsDone += 1
      options.onProgress?.(tell())
    })
    const { path: _, ...rest } = options
    const replayed = where === undefined ? rest : { ...rest, path: where }
    const details = await fc.check(property, checkParameters(replayed))
    return { ...found, details }
  }
  const { race, details } = await search(path)
  let failure: RaceFailure | undefined
  if (details.failed) {
    const where = details.counterexamplePath!
    // Again, for the database that it leaves.
    const again = await search(where)
    failure = raceFailureOf({
      ...{ seed, path: where, sessionsMax, operationsMax },
      race: again.race ?? race,
      error: details.errorInstance,
      isReplayed: again.details.failed,
      kept: await environment.keep(),
    })
  }
  return { engine: environment.engine, seed, ...tell(), coverage: setting.coverage, failure }
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
export async function assertInterleavings(
  options: InterleavingsOptions,
): Promise<InterleavingsReport> {
  const report = await checkInterleavings(options)
  if (!report.failure) return report
  throw new DriftpinError('law_broken', renderRaceFailure(report.failure), report.failure)
}

function refuseContradictions(options: InterleavingsOptions): void {
  const refuse = checkRunOptions(options)
  const { sessionsMax = 3, operationsMax = 1 } = options
  if (!Number.isSafeInteger(sessionsMax) || sessionsMax < 2 || sessionsMax > 8) {
    refuse(`sessionsMax is ${sessionsMax}: give 2 to 8.`)
  }
  if (!Number.isSafeInteger(operationsMax) || operationsMax < 1 || operationsMax > 20) {
    // The number of possible orders grows exponentially.
    refuse(`operationsMax is ${operationsMax}: give 1 to 20.`)
  }
}

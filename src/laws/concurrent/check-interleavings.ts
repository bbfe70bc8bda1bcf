import fc from 'fast-check'
import type { Database } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { bundledFiles, type Migration, parseMigrations } from '../../migrations/index.js'
import type { Coverage } from '../coverage.js'
import { LawBroken } from '../law-broken.js'
import { type Operations, ownOperations } from '../operations.js'
import { arbitraryRace, type RaceSize, schedulerOf } from './arbitrary-race.js'
import { openRaceGround, type RaceGround } from './open-race-ground.js'
import { type RaceFailure, raceFailureOf, renderRaceFailure } from './race-failure.js'
import { type Race, type RaceSetting, runRace } from './run-race.js'

/**
 * What {@link checkInterleavings} can be told. All but the server is optional.
 *
 * @example
 * ```ts
 * const options: InterleavingsOptions = { server, seed: 1, runs: 10 }
 * await assertInterleavings(options)
 * ```
 */
export interface InterleavingsOptions {
  /**
   * The connection string of a server, past any pooler, on which two schemas are made and dropped
   * again. The user has to be allowed to create schemas.
   */
  readonly server: string
  /** How many interleavings; 100 by default. */
  readonly runs?: number
  /** What they are made from, an integer; a random one by default. Reports print it. */
  readonly seed?: number
  /** Where a failure was found, as its report prints it: only that interleaving is run. */
  readonly path?: string
  /** How many histories run at once at most, each on a connection of its own: 2 to 8; 3. */
  readonly lanesMax?: number
  /** The most operations of one of them, 1 to 20; 5 by default. */
  readonly operationsMax?: number
  /** The most interleavings that are tried to make a failure shorter; 300 by default. */
  readonly shrinksMax?: number
  /** Operations of a backend that take the place of driftpin's. */
  readonly operations?: Partial<Operations>
  /** What the schema is made by; driftpin's own migrations by default. */
  readonly migrations?: readonly Migration[]
  /** Changes the schema after it was migrated: adds the tables of a backend, for example. */
  readonly prepare?: (database: Database) => Promise<void>
  /** Called after every interleaving in which the laws held, until one is shrunk. */
  readonly onProgress?: (progress: InterleavingsProgress) => void
}

/**
 * How far a run has come.
 *
 * @example
 * ```ts
 * const onProgress = ({ turns, sights }: InterleavingsProgress) => console.log(turns, sights)
 * await checkInterleavings({ server, onProgress })
 * ```
 */
export interface InterleavingsProgress {
  /** Interleavings that were run. */
  readonly runs: number
  /** Operations of all of them. */
  readonly operations: number
  /** Statements, and beginnings and ends of transactions, that waited for their turn. */
  readonly turns: number
  /** How often a reader looked. */
  readonly sights: number
  /** Laws that were looked at, each time counted. */
  readonly lawsChecked: number
}

/**
 * What a run found.
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
  /** What they were made from. */
  readonly seed: number
  /** How often each operation was done, refused or failed. */
  readonly coverage: Coverage
  /** Undefined when every law held. */
  readonly failure: RaceFailure | undefined
}

/** How many orders of their statements are tried of operations that may break a law. */
const ordersTried = 3

/**
 * Runs two or more histories at once against a server, each on a connection of its own, and holds
 * against them the laws that hold however their statements fall. A scheduler gives every statement
 * its turn, and a reader looks after each that commits; another one looks whenever it likes. The
 * first failure is shrunk to the operations without which nothing breaks, and its schemas are kept.
 *
 * A seed and a path replay the operations and the order of their statements. What the server does
 * meanwhile by itself, such as whom it chooses to end a deadlock, and what the reader that takes
 * no turns happens to see, are not replayed.
 *
 * An operation of a backend has to do its work on the connection that it is given, one statement
 * after the other.
 *
 * @throws DriftpinError `invalid_input` for options that contradict each other; a law that is
 * broken is in the report, not thrown.
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
  const { server, prepare, lanesMax = 3, operationsMax = 5 } = options
  const migrations = options.migrations ?? parseMigrations(bundledFiles)
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
  const ground = await openRaceGround({ server, migrations, prepare, lanesMax })
  try {
    return await checkOn(ground, { ...options, seed, lanesMax, operationsMax })
  } finally {
    await ground.close()
  }
}

async function checkOn(
  ground: RaceGround,
  options: InterleavingsOptions & RaceSize & { readonly seed: number },
): Promise<InterleavingsReport> {
  const { seed, path, runs = 100, lanesMax, operationsMax, shrinksMax = 300 } = options
  const setting: RaceSetting = {
    ground,
    operations: { ...ownOperations, ...options.operations },
    coverage: new Map(),
    counts: { operations: 0, turns: 0, sights: 0, laws: 0 },
  }
  let runsDone = 0
  const tell = () => {
    const { laws: lawsChecked, ...counts } = setting.counts
    return { runs: runsDone, ...counts, lawsChecked }
  }
  const search = async (where: string | undefined) => {
    const found: { race?: Race; tries: number } = { tries: 0 }
    const property = fc.asyncProperty(arbitraryRace(options), async ({ lanes, order }) => {
      if (found.race && where === undefined && ++found.tries > shrinksMax) return
      // Fewer operations seldom break in the order of more, so that some others are tried.
      const isKnown = found.race !== undefined || where !== undefined
      const orders = Array.from({ length: isKnown ? ordersTried : 1 }, (_, n) => order + n)
      for (const one of orders) {
        const race = await runRace(setting, lanes, schedulerOf(one))
        if (!race.broken) continue
        // A shorter race that breaks another law is another failure.
        if (found.race && found.race.broken?.law !== race.broken.law) continue
        found.race = race
        throw new LawBroken(race.broken.law, race.broken.findings)
      }
      if (isKnown) return
      runsDone += 1
      options.onProgress?.(tell())
    })
    const details = await fc.check(property, {
      seed,
      numRuns: where === undefined ? runs : 1,
      endOnFailure: where !== undefined || shrinksMax === 0,
      ...(where !== undefined && { path: where }),
    })
    return { ...found, details }
  }
  const { race, details } = await search(path)
  let failure: RaceFailure | undefined
  if (details.failed) {
    const where = details.counterexamplePath!
    // Once more, for the database that it leaves.
    const again = await search(where)
    failure = raceFailureOf({
      ...{ seed, path: where, lanesMax, operationsMax },
      race: again.race ?? race,
      error: details.errorInstance,
      isReplayed: again.details.failed,
      kept: await ground.keep(),
    })
  }
  return { engine: ground.engine, seed, ...tell(), coverage: setting.coverage, failure }
}

/**
 * {@link checkInterleavings} for a test: throws when a law is broken.
 *
 * @throws DriftpinError `law_broken` with the whole report as its message, and the failure as its
 * cause.
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
  const { runs = 1, lanesMax = 3, operationsMax = 1, seed, path } = options
  const refuse = (why: string) => {
    throw new DriftpinError('invalid_input', why, { options: Object.keys(options) })
  }
  if (!Number.isSafeInteger(runs) || runs < 1) refuse(`runs is ${runs}: give 1 or more.`)
  if (!Number.isSafeInteger(lanesMax) || lanesMax < 2 || lanesMax > 8) {
    refuse(`lanesMax is ${lanesMax}: give 2 to 8.`)
  }
  if (!Number.isSafeInteger(operationsMax) || operationsMax < 1 || operationsMax > 20) {
    // All orders in which they may have happened are looked through.
    refuse(`operationsMax is ${operationsMax}: give 1 to 20.`)
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) refuse(`seed is ${seed}: give an integer.`)
  if (path !== undefined && seed === undefined) refuse('A path is of a seed: give both.')
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path)) refuse(`${path} is no path of a report.`)
}

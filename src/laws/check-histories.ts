import fc from 'fast-check'
import { DriftpinError } from '../errors.js'
import type { Coverage } from './coverage.js'
import { runOnBoth, sideOf } from './engines/run-on-both.js'
import { type Failure, failureOf } from './failure.js'
import type { Ground } from './ground.js'
import { type HistoryCommand, history } from './history.js'
import { openGround, type RunnerOptions, settingOf } from './history-runner.js'
import { LawBroken } from './law-broken.js'
import { renderFailure } from './render-failure.js'
import { determinism } from './rules/determinism.js'
import { type HistorySetting, openWorld, runHistory } from './run-history.js'
import type { World } from './world.js'

/**
 * What {@link checkHistories} can be told. All of it is optional.
 *
 * @example
 * ```ts
 * const options: HistoriesOptions = { seed: 1, runs: 20, commandsMax: 30 }
 * await assertHistories(options)
 * ```
 */
export interface HistoriesOptions extends RunnerOptions {
  /** How many histories; 100 by default. */
  readonly runs?: number
  /** What they are made from, an integer; a random one by default. Reports print it. */
  readonly seed?: number
  /** Where a failure was found, as its report prints it: only that history is run. */
  readonly path?: string
  /** Which commands a shrunk history has left, as its report prints it; goes with `path`. */
  readonly replayPath?: string
  /** The most commands of one history; 50 by default. */
  readonly commandsMax?: number
  /** The most histories that are tried to make a failure shorter; 300 by default, 0 for none. */
  readonly shrinksMax?: number
  /** Runs each history twice and compares what both left, to find hidden nondeterminism. */
  readonly doublecheck?: boolean
  /**
   * Another engine, on which every history is run too: the connection string of a server, or what
   * else differs there. What a step answers, what is heard of it and every row are compared.
   */
  readonly against?: string | Pick<RunnerOptions, 'server' | 'operations' | 'prepare'>
  /** Called after every history, also those that are tried to make a failure shorter. */
  readonly onProgress?: (progress: HistoriesProgress) => void
  /** Begins no history after so many milliseconds; no limit by default, nor while shrinking. */
  readonly timeLimitMs?: number
  /** Begins no history once it is aborted, not even to make a failure shorter. */
  readonly signal?: AbortSignal
}

/**
 * How far a run has come.
 *
 * @example
 * ```ts
 * const onProgress = ({ runs, commands }: HistoriesProgress) => console.log(runs, commands)
 * await checkHistories({ runs: 20, onProgress })
 * ```
 */
export interface HistoriesProgress {
  /** Histories that were run. */
  readonly runs: number
  /** Commands of all of them. */
  readonly commands: number
  /** How often a law was held against a step or an ending. */
  readonly lawsChecked: number
  /** How many histories were tried to make a failure shorter. */
  readonly shrinks: number
}

/**
 * What a run found.
 *
 * @example
 * ```ts
 * const { engine, runs, failure }: HistoriesReport = await checkHistories({ seed: 1, runs: 4 })
 * console.log(engine, runs, failure ? renderFailure(failure) : 'every law held')
 * ```
 */
export interface HistoriesReport extends HistoriesProgress {
  /** Such as `PostgreSQL 18.4`. */
  readonly engine: string
  /** What the histories were made from. */
  readonly seed: number
  /** How often each command ran, and with which variants. */
  readonly coverage: Coverage
  /** Undefined when every law held. */
  readonly failure: Failure | undefined
}

/**
 * Runs random histories of chats, agents and drift against a database and a model of the domain,
 * and holds the laws: most against every step, some at the end of a history. The first
 * failure is shrunk to the commands without which nothing breaks, and its database is kept.
 *
 * @throws DriftpinError `invalid_input` for options that contradict each other; a law that is
 * broken is in the report, not thrown.
 *
 * @example
 * ```ts
 * const { runs, failure } = await checkHistories({ runs: 50, seed: 1 })
 * console.log(failure ? renderFailure(failure) : `${runs} histories, every law held`)
 * ```
 */
export async function checkHistories(options: HistoriesOptions = {}): Promise<HistoriesReport> {
  refuseContradictions(options)
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
  const ground = await openGround(options, `seed-${seed}`)
  try {
    if (options.against === undefined) return await checkOn([ground], { ...options, seed })
    const other = await openGround(optionsOfOther(options), `seed-${seed}-other`)
    try {
      return await checkOn([ground, other], { ...options, seed })
    } finally {
      await other.close()
    }
  } finally {
    await ground.close()
  }
}

/** The other engine has the same operations and migrations, but for what differs there. */
function optionsOfOther({ against, server: _, ...options }: HistoriesOptions): RunnerOptions {
  const { operations, ...others } = typeof against === 'string' ? { server: against } : against!
  return { ...options, ...others, operations: { ...options.operations, ...operations } }
}

/** {@link checkHistories} on one ground that is open, or on two that are compared. */
async function checkOn(
  grounds: readonly [Ground, Ground?],
  options: HistoriesOptions & { readonly seed: number },
): Promise<HistoriesReport> {
  const { seed, path, replayPath, runs = 100, commandsMax, shrinksMax = 300 } = options
  const { signal, timeLimitMs = Number.POSITIVE_INFINITY } = options
  const deadline = performance.now() + timeLimitMs
  const [ground, other] = grounds
  const setting = settingOf(ground, options)
  const run = runnerOf(setting, other && settingOf(other, optionsOfOther(options)), options)
  const progress = { runs: 0, hasFailed: false, tries: 0 }
  const tell = () => ({
    runs: progress.runs,
    commands: setting.counts.commands,
    lawsChecked: setting.counts.laws,
    shrinks: Math.min(progress.tries, shrinksMax),
  })
  const property = fc.asyncProperty(
    history({
      ...(commandsMax !== undefined && { commandsMax }),
      ...(replayPath !== undefined && { replayPath }),
    }),
    async (commands) => {
      const isShrinking = progress.hasFailed
      // fast-check's own time limit would leave a history running on a ground that is then closed.
      const isOver = isShrinking ? ++progress.tries > shrinksMax : performance.now() > deadline
      const isReplayed = path !== undefined && progress.runs > 0
      if (signal?.aborted || isOver || isReplayed) throw new fc.PreconditionFailure(true)
      try {
        await run(commands)
        if (!isShrinking) progress.runs += 1
      } catch (error) {
        progress.hasFailed = true
        throw error
      } finally {
        options.onProgress?.(tell())
      }
    },
  )
  const details = await fc.check(property, {
    seed,
    numRuns: path === undefined ? runs : 1,
    endOnFailure: path !== undefined || shrinksMax === 0,
    ...(path !== undefined && { path }),
  })
  // A run that ends before its first history is a failure to fast-check, without a counterexample.
  const failure = details.counterexample
    ? await failureOf(setting, {
        commands: details.counterexample[0],
        error: details.errorInstance,
        seed,
        path: details.counterexamplePath!,
        flags: flagsOf(options),
        isDouble: options.doublecheck ?? false,
        attempt: (onWorld) => run(details.counterexample![0], onWorld),
        keep: async () => {
          const kept = grounds.map((one) => one?.keep().catch(String))
          return (await Promise.all(kept)).filter((one) => one !== undefined).join('\n')
        },
      })
    : undefined
  const engine = other ? `${ground.engine} and ${other.engine}` : ground.engine
  return { engine, seed, ...tell(), coverage: setting.coverage, failure }
}

/** As `driftpin fuzz` takes them; a server is named by whoever replays it. */
function flagsOf({ commandsMax, doublecheck }: HistoriesOptions): string[] {
  return [
    ...(commandsMax === undefined ? [] : [`--commands ${commandsMax}`]),
    ...(doublecheck ? ['--doublecheck'] : []),
  ]
}

/** Runs one history. It throws LawBroken, or whatever else went wrong. */
type Run = (commands: Iterable<HistoryCommand>, onWorld?: (world: World) => void) => Promise<void>

function runnerOf(
  setting: HistorySetting,
  other: HistorySetting | undefined,
  { doublecheck = false }: HistoriesOptions,
): Run {
  if (other) {
    const sides = [sideOf(setting), sideOf(other)] as const
    return (commands, onWorld) => runOnBoth(sides, commands, onWorld)
  }
  const once: Run = async (commands, onWorld = () => {}) => {
    const world = await openWorld(setting, onWorld)
    onWorld(world)
    await runHistory(world, commands)
  }
  if (!doublecheck) return once
  return async (commands, onWorld) => {
    await once(commands, onWorld)
    const expected = await setting.ground.digest()
    await once(commands, onWorld)
    const actual = await setting.ground.digest()
    if (actual === expected) return
    throw new LawBroken(determinism, [{ what: 'the digest of the database', expected, actual }])
  }
}

/**
 * {@link checkHistories} for a test: throws when a law is broken.
 *
 * @throws DriftpinError `law_broken` with the whole report as its message, and the failure as its
 * cause.
 *
 * @example
 * ```ts
 * test('the laws hold for our operations', () => assertHistories({ seed: 1, operations }))
 * ```
 */
export async function assertHistories(options: HistoriesOptions = {}): Promise<HistoriesReport> {
  const report = await checkHistories(options)
  if (!report.failure) return report
  throw new DriftpinError('law_broken', renderFailure(report.failure), report.failure)
}

function refuseContradictions(options: HistoriesOptions): void {
  const { runs = 1, commandsMax = 1, doublecheck, server, path, replayPath, seed } = options
  const refuse = (why: string) => {
    throw new DriftpinError('invalid_input', why, { options: Object.keys(options) })
  }
  if (!Number.isSafeInteger(runs) || runs < 1) refuse(`runs is ${runs}: give 1 or more.`)
  if (!Number.isSafeInteger(commandsMax) || commandsMax < 1) {
    refuse(`commandsMax is ${commandsMax}: give 1 or more.`)
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) refuse(`seed is ${seed}: give an integer.`)
  if (replayPath !== undefined && path === undefined)
    refuse('replayPath goes with path: give both.')
  if (path !== undefined && seed === undefined) refuse('A path is of a seed: give both.')
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path)) refuse(`${path} is no path of a report.`)
  if (doublecheck && options.against !== undefined) {
    refuse('doublecheck compares an engine with itself, and against with another: give one.')
  }
  if (doublecheck && server) {
    refuse('On a server ids are random, so that two runs differ: doublecheck is for PGlite.')
  }
}

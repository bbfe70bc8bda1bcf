import fc from 'fast-check'
import { DriftpinError } from '../errors.js'
import { comparedEngine, runOnBoth } from './compare-engines.js'
import type { Environment } from './environment.js'
import { type Failure, failureOf, renderFailure } from './failure.js'
import { history } from './history.js'
import type { Coverage, HistoryCommand, HistorySetting } from './history-run.js'
import { openEnvironment, type RunnerOptions, settingOf } from './history-runner.js'
import { type Law, LawBroken } from './law.js'
import { type HistoryResult, runHistory } from './run-history.js'
import { checkParameters, checkRunOptions } from './run-options.js'

/**
 * Options of {@link checkHistories}. All of them are optional.
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
  /** The seed of the histories, an integer; random by default. Reports print it. */
  readonly seed?: number
  /** The path of a failure, as its report prints it: only that history is run. */
  readonly path?: string
  /** The commands that a shrunk history has left, as its report prints them; needs `path`. */
  readonly replayPath?: string
  /** The most commands of one history; 50 by default. */
  readonly commandsMax?: number
  /** The most histories that are tried to shrink a failure; 300 by default, 0 for none. */
  readonly shrinksMax?: number
  /** Runs each history twice and compares the databases, to find hidden randomness. */
  readonly doublecheck?: boolean
  /**
   * Another engine, on which every history is run too: the connection string of a server, or the
   * options that differ there. The answers, the notifications and all rows are compared.
   */
  readonly against?: string | Pick<RunnerOptions, 'server' | 'operations' | 'prepare'>
  /** Called after every history, also while a failure is shrunk. */
  readonly onProgress?: (progress: HistoriesProgress) => void
  /** No history begins after this time; no limit by default, and none while shrinking. */
  readonly timeLimitMs?: number
  /** No history begins once this is aborted, not even to shrink a failure. */
  readonly signal?: AbortSignal
}

/**
 * The progress of a run.
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
 * The result of a run.
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
  /** The seed of the histories. */
  readonly seed: number
  /** How often each command ran, and with which variants. */
  readonly coverage: Coverage
  /** Undefined when every law held. */
  readonly failure: Failure | undefined
}

/**
 * Runs random histories of chats, agents and drift on a database and on a model of the domain, and
 * checks the laws: most of them after every step, some at the end of a history. The first
 * failure is shrunk to the commands that are needed to break the law, and its database is kept.
 *
 * @throws DriftpinError `invalid_input` for options that contradict each other. A broken law is not
 * thrown, but is in the report.
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
  const environment = await openEnvironment(options, `seed-${seed}`)
  try {
    if (options.against === undefined) return await checkOn([environment], { ...options, seed })
    const other = await openEnvironment(optionsOfOther(options), `seed-${seed}-other`)
    try {
      return await checkOn([environment, other], { ...options, seed })
    } finally {
      await other.close()
    }
  } finally {
    await environment.close()
  }
}

/** The other engine has the same operations and migrations, except for the options of `against`. */
function optionsOfOther({ against, server: _, ...options }: HistoriesOptions): RunnerOptions {
  const { operations, ...others } = typeof against === 'string' ? { server: against } : against!
  return { ...options, ...others, operations: { ...options.operations, ...operations } }
}

/** {@link checkHistories} in one environment, or in two that are compared. */
async function checkOn(
  environments: readonly [Environment, Environment?],
  options: HistoriesOptions & { readonly seed: number },
): Promise<HistoriesReport> {
  const { seed, path, replayPath, commandsMax, shrinksMax = 300 } = options
  const { signal, timeLimitMs = Number.POSITIVE_INFINITY } = options
  const deadline = performance.now() + timeLimitMs
  const [environment, other] = environments
  const setting = settingOf(environment, options)
  const run = runnerOf(setting, other && settingOf(other, optionsOfOther(options)), options)
  const progress = { runs: 0, hasFailed: false, tries: 0 }
  const tell = () => ({
    runs: progress.runs,
    commands: setting.counts.commands,
    lawsChecked: setting.counts.laws,
    shrinks: Math.min(progress.tries, shrinksMax),
  })
  const property = fc.asyncProperty(history({ commandsMax, replayPath }), async (commands) => {
    const isShrinking = progress.hasFailed
    // The time limit of fast-check would not wait for the running history.
    const isOver = isShrinking ? ++progress.tries > shrinksMax : performance.now() > deadline
    const isReplayed = path !== undefined && progress.runs > 0
    if (signal?.aborted || isOver || isReplayed) throw new fc.PreconditionFailure(true)
    const { error } = await run(commands)
    if (error !== undefined) progress.hasFailed = true
    else if (!isShrinking) progress.runs += 1
    options.onProgress?.(tell())
    if (error !== undefined) throw error
  })
  const details = await fc.check(property, checkParameters(options))
  // For fast-check, a run without any history is a failure without a counterexample.
  const failure = details.counterexample
    ? await failureOf({
        commands: details.counterexample[0],
        error: details.errorInstance,
        seed,
        path: details.counterexamplePath!,
        flags: flagsOf(options),
        isDouble: options.doublecheck ?? false,
        attempt: () => run(details.counterexample![0]),
        keep: async () => {
          const kept = environments.map((one) => one?.keep().catch(String))
          return (await Promise.all(kept)).filter((one) => one !== undefined).join('\n')
        },
      })
    : undefined
  const engine = other ? `${environment.engine} and ${other.engine}` : environment.engine
  return { engine, seed, ...tell(), coverage: setting.coverage, failure }
}

/** The flags of `driftpin fuzz`, except for a server, which the caller adds. */
function flagsOf({ commandsMax, doublecheck }: HistoriesOptions): string[] {
  return [
    ...(commandsMax === undefined ? [] : [`--commands ${commandsMax}`]),
    ...(doublecheck ? ['--doublecheck'] : []),
  ]
}

type Run = (commands: Iterable<HistoryCommand>) => Promise<HistoryResult>

/** A law of every run, which `doublecheck` checks. */
const determinism: Law = {
  number: 0,
  name: 'Determinism',
  says: 'A history that is run again leaves the same database.',
}

function runnerOf(
  setting: HistorySetting,
  other: HistorySetting | undefined,
  { doublecheck = false }: HistoriesOptions,
): Run {
  if (other) {
    const engines = [comparedEngine(setting), comparedEngine(other)] as const
    return (commands) => runOnBoth(engines, commands)
  }
  const once: Run = (commands) => runHistory(setting, commands)
  if (!doublecheck) return once
  return async (commands) => {
    const first = await once(commands)
    if (first.error !== undefined) return first
    const expected = await setting.environment.digest()
    const { run, error } = await once(commands)
    if (error !== undefined) return { run, error }
    const actual = await setting.environment.digest()
    if (actual === expected) return { run }
    const what = 'the digest of the database'
    return { run, error: new LawBroken(determinism, [{ what, expected, actual }]) }
  }
}

/**
 * {@link checkHistories} for a test: it throws if a law is broken.
 *
 * @throws DriftpinError `law_broken` with the report as its message and the failure as its cause.
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
  const refuse = checkRunOptions(options)
  const { commandsMax = 1, doublecheck, server, against, path, replayPath } = options
  if (!Number.isSafeInteger(commandsMax) || commandsMax < 1) {
    refuse(`commandsMax is ${commandsMax}: give 1 or more.`)
  }
  if (replayPath !== undefined && path === undefined) {
    refuse('replayPath needs a path: give both.')
  }
  if (doublecheck && against !== undefined) {
    refuse('doublecheck compares an engine with itself, and against with another: give only one.')
  }
  if (doublecheck && server) {
    refuse('On a server, ids are random, so that two runs differ: doublecheck needs PGlite.')
  }
}

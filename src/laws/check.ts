import fc from 'fast-check'
import { DriftpinError } from '../errors.js'
import { brokenIn, type Failure, type FailureTexts, renderFailure } from './failure.js'
import type { Coverage } from './history-run.js'

/**
 * The options that runs of histories and of races have in common. All of them are optional.
 *
 * @example
 * ```ts
 * const often: CheckOptions = { runs: 1000, timeLimitMs: 60_000 }
 * await assertHistories(often)
 * ```
 */
export interface CheckOptions {
  /** How many histories or races; 100 by default. */
  readonly runs?: number
  /** The seed of the run, an integer; random by default. Reports print it. */
  readonly seed?: number
  /** The path of a failure, as its report prints it: only that history or race is run. */
  readonly path?: string
  /** The most attempts to shrink a failure; 300 by default, 0 for none. */
  readonly shrinksMax?: number
  /** Called after every history or race, also while a failure is shrunk. */
  readonly onProgress?: (progress: CheckProgress) => void
  /** No history or race begins after this time; no limit by default, and none while shrinking. */
  readonly timeLimitMs?: number
  /** No history or race begins once this is aborted, not even to shrink a failure. */
  readonly signal?: AbortSignal
}

/**
 * The progress of a run.
 *
 * @example
 * ```ts
 * const onProgress = ({ runs, commands }: CheckProgress) => console.log(runs, commands)
 * await checkHistories({ runs: 20, onProgress })
 * ```
 */
export interface CheckProgress {
  /** Histories or races that were run. */
  readonly runs: number
  /** Commands of all of them. */
  readonly commands: number
  /** Checks of laws. */
  readonly lawsChecked: number
  /** Attempts to shrink a failure. */
  readonly shrinks: number
}

/**
 * The result of a run.
 *
 * @example
 * ```ts
 * const { engine, runs, failure }: CheckReport = await checkHistories({ seed: 1, runs: 4 })
 * console.log(engine, runs, failure ? renderFailure(failure) : 'every law held')
 * ```
 */
export interface CheckReport extends CheckProgress {
  /** Such as `PostgreSQL 18.4`. */
  readonly engine: string
  /** The seed of the run. */
  readonly seed: number
  /** How often each operation ran, and with which variants. */
  readonly coverage: Coverage
  /** Undefined if every law held. */
  readonly failure: Failure | undefined
}

/** The result of one history or race; `error` is mostly a law that is broken. */
export interface Attempt {
  readonly error?: unknown
}

/** What is generated, run and checked. */
export interface Subject<Case, Result extends Attempt> {
  readonly engine: string
  readonly cases: fc.Arbitrary<Case>
  readonly coverage: Coverage
  /** Commands that were done, and laws that were checked. */
  readonly counts: { readonly commands: number; readonly laws: number }
  /**
   * Runs one case.
   *
   * @param known The failure that is shrunk or run again.
   */
  attempt(one: Case, known: Result | undefined): Promise<Result>
  tell(result: Result): FailureTexts
  /** Which commands of a shrunk case are left, if that is not a part of its path. */
  replayPathOf?(one: Case): string
  /** The command or the call that runs a failure again. */
  replay(found: Pick<Failure, 'seed' | 'path' | 'replayPath'>): string
  /** Keeps the databases of a failure, and returns how to open them. */
  keep(): Promise<string>
}

/** @throws DriftpinError `invalid_input` for the first message whose condition is true. */
export function refuseOptions(
  options: CheckOptions,
  further: readonly (readonly [isWrong: boolean, message: string])[],
): void {
  const { runs = 1, seed, path } = options
  const checks = [
    [!Number.isSafeInteger(runs) || runs < 1, `runs is ${runs}: give 1 or more.`],
    [seed !== undefined && !Number.isSafeInteger(seed), `seed is ${seed}: give an integer.`],
    [
      path !== undefined && seed === undefined,
      'A path needs the seed that it belongs to: give both.',
    ],
    [!/^\d+(:\d+)*$/.test(path ?? '0'), `${path} is not the path of a report.`],
    ...further,
  ] as const
  const message = checks.find(([isWrong]) => isWrong)?.[1]
  if (message) throw new DriftpinError('invalid_input', message, { options: Object.keys(options) })
}

/** A seed for a run without one. */
export const newSeed = (): number => Math.floor(Math.random() * 2 ** 31)

/** Runs random cases until one of them fails, and shrinks that one. */
export async function check<Case, Result extends Attempt>(
  options: CheckOptions & { readonly seed: number },
  subject: Subject<Case, Result>,
): Promise<CheckReport> {
  const { seed, path, runs = 100, shrinksMax = 300, signal } = options
  const deadline = performance.now() + (options.timeLimitMs ?? Number.POSITIVE_INFINITY)
  const { engine, counts, coverage } = subject
  let runsDone = 0
  let tries = 0
  let found: Result | undefined
  let last: Result | undefined
  let bug: { readonly error: unknown } | undefined
  const progress = () => ({
    runs: runsDone,
    commands: counts.commands,
    lawsChecked: counts.laws,
    shrinks: Math.min(tries, shrinksMax),
  })
  const property = fc.asyncProperty(subject.cases, async (one) => {
    // The time limit of fast-check would not wait for the running history.
    const isOver = found ? ++tries > shrinksMax : performance.now() > deadline
    const isReplayed = path !== undefined && runsDone > 0
    if (signal?.aborted || isOver || isReplayed) throw new fc.PreconditionFailure(true)
    try {
      last = await subject.attempt(one, found)
      if (last.error !== undefined) found = last
      else if (!found) runsDone += 1
      options.onProgress?.(progress())
    } catch (error) {
      // For fast-check this would be a failure, which it would shrink.
      bug = { error }
      throw new fc.PreconditionFailure(true)
    }
    if (last.error !== undefined) throw last.error
  })
  const details = await fc.check(property, {
    seed,
    numRuns: path === undefined ? runs : 1,
    endOnFailure: path !== undefined || shrinksMax === 0,
    path,
  })
  if (bug) throw bug.error
  // For fast-check, a run without any history is a failure without a counterexample.
  const failure =
    details.counterexample && found
      ? await failureOf(subject, {
          ...{ seed, path: details.counterexamplePath!, one: details.counterexample[0] },
          ...{ found, isAborted: signal?.aborted ?? false, isLast: last === found },
        })
      : undefined
  return { engine, seed, ...progress(), coverage, failure }
}

/** Runs a shrunk case once more, for its lines and its database, unless the run was aborted. */
async function failureOf<Case, Result extends Attempt>(
  { attempt, tell, replayPathOf, replay, keep }: Subject<Case, Result>,
  {
    one,
    found,
    isAborted,
    isLast,
    ...where
  }: Pick<Failure, 'seed' | 'path'> & {
    readonly one: Case
    readonly found: Result
    readonly isAborted: boolean
    readonly isLast: boolean
  },
): Promise<Failure> {
  const again = isAborted ? found : await attempt(one, found)
  const isAgain = again.error !== undefined
  const result = isAgain ? again : found
  const broken = brokenIn(tell(result), result.error)
  const random = {
    what: 'When it was run again, it broke no law: something is random or depends on timing',
  }
  const replayPath = replayPathOf?.(one) ?? ''
  return {
    ...broken,
    findings: isAgain ? broken.findings : [random, ...broken.findings],
    ...{ ...where, replayPath, replay: replay({ ...where, replayPath }) },
    kept: isAborted && !isLast ? 'not kept, because the run was aborted' : await keep(),
  }
}

/** @throws DriftpinError `law_broken` with the failure as text, if a report has one. */
export function assertNoFailure(report: CheckReport): CheckReport {
  if (!report.failure) return report
  throw new DriftpinError('law_broken', renderFailure(report.failure), report.failure)
}

import {
  assertNoFailure,
  type CheckOptions,
  type CheckReport,
  check,
  newSeed,
  refuseOptions,
} from './check.js'
import { withoutAbsent } from './choices.js'
import { runOnBoth } from './compare-engines.js'
import type { Environment } from './environment.js'
import { history } from './history.js'
import type { HistoryCommand, HistorySetting } from './history-run.js'
import { openEnvironment, type RunnerOptions, settingOf } from './history-runner.js'
import { type Law, LawBroken } from './law.js'
import { type HistoryResult, runHistory, tellHistory } from './run-history.js'

/**
 * Options of {@link checkHistories}. All of them are optional.
 *
 * @example
 * ```ts
 * const options: HistoriesOptions = { seed: 1, runs: 20, commandsMax: 30 }
 * await assertHistories(options)
 * ```
 */
export interface HistoriesOptions extends CheckOptions, RunnerOptions {
  /** The commands that a shrunk history has left, as its report prints them; needs `path`. */
  readonly replayPath?: string
  /** The most commands of one history; 50 by default. */
  readonly commandsMax?: number
  /** Runs each history twice and compares the databases, to find hidden randomness. */
  readonly doublecheck?: boolean
  /**
   * Another engine, on which every history is run too: the connection string of a server, or the
   * options that differ there. The answers, the notifications and all rows are compared.
   */
  readonly against?: string | Pick<RunnerOptions, 'server' | 'operations' | 'prepare'>
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
export async function checkHistories(options: HistoriesOptions = {}): Promise<CheckReport> {
  refuseContradictions(options)
  const seed = options.seed ?? newSeed()
  const environments: Environments = [await openEnvironment(options, `seed-${seed}`)]
  try {
    if (options.against !== undefined) {
      environments.push(await openEnvironment(optionsOfOther(options), `seed-${seed}-other`))
    }
    return await checkOn(environments, { ...options, seed })
  } finally {
    await Promise.all(environments.map((one) => one.close()))
  }
}

/** The other engine has the same operations and migrations, except for the options of `against`. */
export function optionsOfOther({
  against,
  server: _,
  ...options
}: HistoriesOptions): RunnerOptions {
  const { operations = {}, ...others } =
    typeof against === 'string' ? { server: against } : against!
  return {
    ...options,
    ...withoutAbsent(others),
    operations: { ...options.operations, ...withoutAbsent(operations) },
  }
}

/** One environment, or two that are compared. */
type Environments = [Environment, ...Environment[]]

/** {@link checkHistories} in environments that were opened. */
async function checkOn(
  environments: Environments,
  options: HistoriesOptions & { readonly seed: number },
): Promise<CheckReport> {
  const [environment, other] = environments
  const own = settingOf(environment, options)
  const others = other && settingOf(other, optionsOfOther(options))
  // Both engines run the same commands, so neither reverts migrations if one of them cannot.
  const migrations = others?.migrations.length === 0 ? [] : own.migrations
  const setting = { ...own, migrations }
  const { coverage, counts } = setting
  const attempt = runnerOf(setting, others && { ...others, migrations }, options)
  return await check(options, {
    ...{ coverage, counts, attempt, tell: tellHistory, cases: history(options) },
    engine: other ? `${environment.engine} and ${other.engine}` : environment.engine,
    async keep() {
      return (await Promise.all(environments.map((one) => one.keep().catch(String)))).join('\n')
    },
    replayPathOf: (commands) => /replayPath="([^"]*)"/.exec(String(commands))?.[1] ?? '',
    replay: ({ seed, path, replayPath }) =>
      [
        `npx driftpin fuzz --seed ${seed} --path ${path}`,
        ...(replayPath === '' ? [] : [`--replay-path ${replayPath}`]),
        ...(options.commandsMax === undefined ? [] : [`--commands ${options.commandsMax}`]),
        ...(options.doublecheck ? ['--doublecheck'] : []),
      ].join(' '),
  })
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
  if (other) return (commands) => runOnBoth([setting, other], commands)
  const once: Run = (commands) => runHistory(setting, commands)
  if (!doublecheck) return once
  return async (commands) => {
    const first = await once(commands)
    if (first.error !== undefined) return first
    const { environment } = setting
    try {
      const expected = await environment.digest()
      const again = await once(commands)
      if (again.error !== undefined) return again
      const actual = await environment.digest()
      if (actual === expected) return again
      const what = 'the digest of the database'
      throw new LawBroken(determinism, [{ what, expected, actual }])
    } catch (error) {
      return { run: first.run, error }
    }
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
export async function assertHistories(options: HistoriesOptions = {}): Promise<CheckReport> {
  return assertNoFailure(await checkHistories(options))
}

function refuseContradictions(options: HistoriesOptions): void {
  const { commandsMax = 1, doublecheck = false, server, against, path, replayPath } = options
  refuseOptions(options, [
    [
      !Number.isSafeInteger(commandsMax) || commandsMax < 1,
      `commandsMax is ${commandsMax}: give 1 or more.`,
    ],
    [replayPath !== undefined && path === undefined, 'replayPath needs a path: give both.'],
    [
      doublecheck && against !== undefined,
      'doublecheck compares an engine with itself, and against with another: give only one.',
    ],
    [
      doublecheck && server !== undefined,
      'On a server, ids are random, so that two runs differ: doublecheck needs PGlite.',
    ],
  ])
}

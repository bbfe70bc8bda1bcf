import { type HistoryCommand, type HistoryRun, inSecond, withNames } from './history-run.js'
import { type Finding, LawBroken } from './law.js'
import { type HistoryResult, openingSteps, openingWords } from './run-history.js'

/**
 * What a history broke.
 *
 * @example
 * ```ts
 * const title = ({ law, findings }: Broken) => `${law?.name ?? 'no law'}: ${findings[0]?.what}`
 * ```
 */
export interface Broken {
  /** Undefined if something else went wrong, such as an error that no operation should throw. */
  readonly law:
    | { readonly number: number; readonly name: string; readonly says: string }
    | undefined
  /** The shrunk history, one line per command. */
  readonly history: readonly string[]
  /** Whether the history is the opening, which every history has. */
  readonly isBeginning: boolean
  /** What is wrong, at most twenty findings. */
  readonly findings: readonly Finding[]
}

/**
 * A law that a random history broke, and how to run the history again.
 *
 * @example
 * ```ts
 * const { failure } = await checkHistories({ seed: 1, runs: 4 })
 * const replay = ({ seed, path, replayPath }: Failure) => ({ seed, path, replayPath })
 * if (failure) await checkHistories(replay(failure))
 * ```
 */
export interface Failure extends Broken {
  /** The seed of the histories. */
  readonly seed: number
  /** Which of them failed, and how it was shrunk. */
  readonly path: string
  /** Which of its commands are left. */
  readonly replayPath: string
  /** The flags that `driftpin fuzz` needs besides, so that seed and path mean the same history. */
  readonly flags: readonly string[]
  /** How to open the database that the history left. */
  readonly kept: string
}

/** Runs the shrunk history once more, for its lines and its database. */
export async function failureOf(found: {
  readonly attempt: () => Promise<HistoryResult>
  readonly keep: () => Promise<string>
  readonly commands: Iterable<HistoryCommand>
  readonly error: unknown
  readonly seed: number
  readonly path: string
  readonly flags: readonly string[]
  readonly isDouble: boolean
}): Promise<Failure> {
  const { commands, seed, path, flags, isDouble, attempt } = found
  const { run, error: again } = await attempt()
  const error = again ?? found.error
  const findings = findingsOf(error)
  if (again === undefined && !isDouble) {
    findings.unshift({
      what: 'When it was run again, this history broke no law: something is random',
    })
  }
  return {
    ...brokenIn(run, error, findings),
    ...{ seed, path, flags },
    replayPath: /replayPath="([^"]*)"/.exec(String(commands))?.[1] ?? '',
    kept: await found.keep(),
  }
}

/** What a run broke, with names in place of ids. */
export function brokenIn(
  run: HistoryRun,
  error: unknown,
  findings: readonly Finding[] = findingsOf(error),
): Broken {
  return {
    law: error instanceof LawBroken ? error.law : undefined,
    ...historyOf(run.said),
    findings: nameFindings(findings, (text) => withNames(run, text)),
  }
}

/** The lines after the opening, or the lines of the opening if nothing came after it. */
function historyOf(said: readonly string[]): Pick<Broken, 'history' | 'isBeginning'> {
  const later = said.slice(openingSteps * 2)
  if (later.length > 0) return { history: later, isBeginning: false }
  const isFirst = said.length === openingSteps * 2 || !said.at(-1)?.startsWith(inSecond)
  const history = said.filter((line) => line.startsWith(inSecond) !== isFirst)
  return { history, isBeginning: true }
}

function findingsOf(error: unknown): Finding[] {
  return error instanceof LawBroken ? [...error.findings] : [findingOf(error)]
}

/** An error that is not a broken law, as a finding. */
export function findingOf(error: unknown): Finding {
  return { what: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

/** More findings are mostly of the same kind. */
const findingsMax = 20

/** The first findings, with names in place of ids. */
export function nameFindings(
  findings: readonly Finding[],
  named: (text: string) => string,
): Finding[] {
  const text = (one: string | undefined) => (one === undefined ? undefined : named(one))
  return findings.slice(0, findingsMax).map(({ what, expected, actual }) => ({
    ...{ what: named(what), expected: text(expected), actual: text(actual) },
  }))
}

/**
 * A failure as text: the law, the history, what differs, how to replay it, and where its database
 * is.
 *
 * @param options.flags Further flags of `driftpin fuzz`, such as the server's `--database`.
 *
 * @example
 * ```ts
 * const { failure } = await checkHistories({ seed: 1 })
 * if (failure) console.error(renderFailure(failure))
 * ```
 */
export function renderFailure(
  failure: Failure,
  options: { readonly flags?: readonly string[] } = {},
): string {
  const { flags = [] } = options
  const { seed, path, replayPath, kept } = failure
  const all = [...failure.flags, ...flags]
  const rest = replayPath === '' ? all : [`--replay-path ${replayPath}`, ...all]
  const replay = [`--seed ${seed}`, `--path ${path}`, ...rest].join(' ')
  const lines = [renderBroken(failure), '', `Replay it:      npx driftpin fuzz ${replay}`]
  return [...lines, renderKept(kept)].join('\n')
}

/** The line that says where the database of a failure is. */
export const renderKept = (kept: string): string =>
  `Its database:   ${kept.replaceAll('\n', `\n${' '.repeat(16)}`)}`

/** The law, the history and what differs. */
export function renderBroken({ law, history, isBeginning, findings }: Broken): string {
  const lines = history.map((line, index) => `  ${String(index + 1).padStart(2)}. ${line}`)
  const beginning = isBeginning ? [] : [`It begins with ${openingWords}.`]
  return [renderLaw(law), '', ...beginning, ...lines, '', ...renderFindings(findings)].join('\n')
}

/** The first line of a report: the law, or that no law is broken. */
export function renderLaw(law: Broken['law']): string {
  if (!law) return 'No law is broken, but something else went wrong.'
  return `${law.number === 0 ? '' : `Law ${law.number}, `}${law.name}: ${law.says}`
}

/** The findings, line by line. */
export function renderFindings(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ what, expected, actual }) => [
    what,
    ...(expected === undefined ? [] : [`  expected  ${indented(expected)}`]),
    ...(actual === undefined ? [] : [`  actual    ${indented(actual)}`]),
  ])
}

const indented = (text: string) => text.replaceAll('\n', '\n            ')

import { type Finding, LawBroken } from './law.js'

/**
 * What a history or a race broke.
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
  /** The state before the history, in words; undefined if the history is the opening. */
  readonly beginning?: string | undefined
  /** The shrunk history, one line per command. */
  readonly history: readonly string[]
  /** The statements of a race in the order of their turns, one line each. */
  readonly order?: readonly string[]
  /** What is wrong, at most twenty findings. */
  readonly findings: readonly Finding[]
}

/**
 * A law that is broken, and how to run its history or race again.
 *
 * @example
 * ```ts
 * const { failure } = await checkHistories({ seed: 1, runs: 4 })
 * const replay = ({ seed, path, replayPath }: Failure) => ({ seed, path, replayPath })
 * if (failure) await checkHistories(replay(failure))
 * ```
 */
export interface Failure extends Broken {
  /** The seed of the run. */
  readonly seed: number
  /** Which history or race failed, and how it was shrunk. */
  readonly path: string
  /** Which commands of the history are left; empty for a race. */
  readonly replayPath: string
  /** The command or the call that runs it again, without the server. */
  readonly replay: string
  /** How to open the database that it left. */
  readonly kept: string
}

/** What was done, in words. */
export interface FailureTexts extends Pick<Broken, 'beginning' | 'history' | 'order'> {
  /** Replaces ids by names. */
  named(text: string): string
}

/** More findings are mostly of the same kind. */
const findingsMax = 20

/** What an error says is broken, with names in place of ids. */
export function brokenIn({ named, ...done }: FailureTexts, error: unknown): Broken {
  const text = (one: string | undefined) => (one === undefined ? undefined : named(one))
  const isLaw = error instanceof LawBroken
  const other = () => (error instanceof Error ? (error.stack ?? error.message) : String(error))
  const findings: readonly Finding[] = isLaw ? error.findings : [{ what: other() }]
  return {
    law: isLaw ? error.law : undefined,
    ...done,
    findings: findings.slice(0, findingsMax).map(({ what, expected, actual }) => ({
      ...{ what: named(what), expected: text(expected), actual: text(actual) },
    })),
  }
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
  const replay = [failure.replay, ...(options.flags ?? [])].join(' ')
  return [
    ...[renderBroken(failure), '', `Replay it:      ${replay}`],
    renderKept(failure.kept),
  ].join('\n')
}

/** The line that says where the database of a failure is. */
export const renderKept = (kept: string): string =>
  `Its database:   ${kept.replaceAll('\n', `\n${' '.repeat(16)}`)}`

/** The law, the history and what differs. */
export function renderBroken({ law, beginning, history, order, findings }: Broken): string {
  const head = law
    ? `${law.number === 0 ? '' : `Law ${law.number}, `}${law.name}: ${law.says}`
    : 'No law is broken, but something else went wrong.'
  return [
    ...[head, ''],
    ...(beginning === undefined ? [] : [`It begins with ${beginning}.`]),
    ...history.map((line, index) => `  ${String(index + 1).padStart(2)}. ${line}`),
    ...(order ? ['', 'in this order', '', ...order.map((line) => `  ${line}`)] : []),
    '',
    ...findings.flatMap(({ what, expected, actual }) => [
      what,
      ...(expected === undefined ? [] : [`  expected  ${indented(expected)}`]),
      ...(actual === undefined ? [] : [`  actual    ${indented(actual)}`]),
    ]),
  ].join('\n')
}

const indented = (text: string) => text.replaceAll('\n', '\n            ')

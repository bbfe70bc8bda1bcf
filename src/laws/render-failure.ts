import type { Broken, Failure } from './failure.js'
import { openingWords } from './run-history.js'

/**
 * A failure as text, in the order in which it is read: the law, the history, what differs, how to
 * replay it, and where its database is.
 *
 * @param options.flags What `driftpin fuzz` was told besides, such as the server's `--database`.
 *
 * @example
 * ```ts
 * const { failure } = await checkHistories({ seed: 1 })
 * if (failure) console.error(renderFailure(failure))
 * ```
 */
export function renderFailure(
  failure: Failure,
  { flags = [] }: { readonly flags?: readonly string[] } = {},
): string {
  const { seed, path, replayPath, kept } = failure
  const rest = replayPath === '' ? flags : [`--replay-path ${replayPath}`, ...flags]
  const replay = [`--seed ${seed}`, `--path ${path}`, ...rest].join(' ')
  return [
    ...[renderBroken(failure), ''],
    `Replay it:      npx driftpin fuzz ${replay}`,
    `Its database:   ${kept}`,
  ].join('\n')
}

/** The law, the history and what differs. */
export function renderBroken({ law, history, isBeginning, findings }: Broken): string {
  const head = law
    ? `${law.number === 0 ? '' : `Law ${law.number}, `}${law.name}: ${law.says}`
    : 'No law, but something went wrong.'
  const lines = history.map((line, index) => `  ${String(index + 1).padStart(2)}. ${line}`)
  const differing = findings.flatMap(({ what, expected, actual }) => [
    what,
    ...(expected === undefined ? [] : [`  expected  ${indented(expected)}`]),
    ...(actual === undefined ? [] : [`  actual    ${indented(actual)}`]),
  ])
  const beginning = isBeginning ? [] : [`It begins with ${openingWords}.`]
  return [head, '', ...beginning, ...lines, '', ...differing].join('\n')
}

const indented = (text: string) => text.replaceAll('\n', '\n            ')

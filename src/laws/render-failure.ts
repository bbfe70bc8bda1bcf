import type { Broken, Failure } from './failure.js'
import { renderFindings, renderLaw } from './render-findings.js'
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
  options: { readonly flags?: readonly string[] } = {},
): string {
  const { flags = [] } = options
  const { seed, path, replayPath, kept } = failure
  const all = [...failure.flags, ...flags]
  const rest = replayPath === '' ? all : [`--replay-path ${replayPath}`, ...all]
  const replay = [`--seed ${seed}`, `--path ${path}`, ...rest].join(' ')
  return [
    ...[renderBroken(failure), ''],
    `Replay it:      npx driftpin fuzz ${replay}`,
    renderKept(kept),
  ].join('\n')
}

/** Where the database of a failure is. */
export const renderKept = (kept: string): string =>
  `Its database:   ${kept.replaceAll('\n', `\n${' '.repeat(16)}`)}`

/** The law, the history and what differs. */
export function renderBroken({ law, history, isBeginning, findings }: Broken): string {
  const lines = history.map((line, index) => `  ${String(index + 1).padStart(2)}. ${line}`)
  const beginning = isBeginning ? [] : [`It begins with ${openingWords}.`]
  return [renderLaw(law), '', ...beginning, ...lines, '', ...renderFindings(findings)].join('\n')
}

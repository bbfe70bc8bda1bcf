import type { Outcome } from '../law.js'
import { plainOutcome } from '../plain-answer.js'
import type { Rows } from '../row-reader.js'
import { type Site, type World, withNames } from '../world.js'
import { comparableRows } from './comparable-rows.js'

/** What one step of a history came to on one engine, in words that another engine has as well. */
export interface Traced {
  /** The line of the history. */
  readonly says: string
  /** The answer or the code of the refusal, SQLSTATE included. */
  readonly answer: string
  readonly heard: readonly string[]
  readonly rows: Rows
}

/** Without the numbers that a database generates, which {@link comparableRows} has by rank. */
function comparableAnswer(outcome: Outcome): string {
  if (outcome.refusal) return [plainOutcome(outcome), outcome.refusal.state].join(' ').trimEnd()
  const { ids, ...rest } = Object(outcome.answer) as { readonly ids?: unknown }
  const answer = Array.isArray(ids) ? { ...rest, ids: ids.length } : outcome.answer
  return String(plainOutcome({ answer }))
}

/** Notes a step, where somebody wants to compare it with that of another engine. */
export function trace(
  world: World,
  site: Site,
  step: { readonly outcome?: Outcome; readonly heard?: readonly string[]; readonly rows: Rows },
): void {
  if (!world.trace) return
  const { outcome = { answer: null }, heard = [], rows } = step
  world.trace.push({
    says: world.said.at(-1)!,
    answer: withNames(world, comparableAnswer(outcome)),
    heard: heard.map((payload) => withNames(world, payload)),
    rows: comparableRows(rows, { catalog: site.reader.catalog, names: world.names }),
  })
}

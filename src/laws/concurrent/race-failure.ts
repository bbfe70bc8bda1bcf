import type { Failure } from '../failure.js'
import { findingOf, nameFindings, renderFindings, renderLaw } from '../render-findings.js'
import { named } from './race-names.js'
import type { Race } from './run-race.js'

/**
 * A law that an interleaving broke.
 *
 * @example
 * ```ts
 * const orderOf = ({ order }: RaceFailure) => order.join('\n')
 * ```
 */
export interface RaceFailure extends Omit<Failure, 'replayPath' | 'flags' | 'isBeginning'> {
  /** The shrunk lanes, a line an operation. */
  readonly history: readonly string[]
  /** Their statements in the order of their turns, a line each. */
  readonly order: readonly string[]
  /** With which the path means the same interleaving. */
  readonly lanesMax: number
  /** The most operations of one history. */
  readonly operationsMax: number
}

export function raceFailureOf(found: {
  readonly race: Race | undefined
  readonly error: unknown
  readonly isReplayed: boolean
  readonly seed: number
  readonly path: string
  readonly lanesMax: number
  readonly operationsMax: number
  readonly kept: string
}): RaceFailure {
  const { race, error, isReplayed, ...rest } = found
  const law = race?.broken?.law
  const findings = race?.broken ? [...race.broken.findings] : [findingOf(error)]
  if (!isReplayed) {
    findings.unshift({
      what: 'Run once more, this broke nothing: it hangs on the timing of the server',
    })
  }
  return {
    ...rest,
    law: law && { number: law.number, name: law.name, says: law.says },
    history: race?.lanes ?? [],
    order: race?.order ?? [],
    findings: nameFindings(findings, named),
  }
}

/**
 * A failure as text, in the order in which it is read: the law, the lanes, the order of their
 * statements, what differs, how to replay it, and where its database is.
 *
 * @example
 * ```ts
 * const { failure } = await checkInterleavings({ server, seed: 1 })
 * if (failure) console.error(renderRaceFailure(failure))
 * ```
 */
export function renderRaceFailure(failure: RaceFailure): string {
  const { law, history, order, findings, seed, path, lanesMax, operationsMax, kept } = failure
  const replay = `seed: ${seed}, path: '${path}', lanesMax: ${lanesMax}, operationsMax: ${operationsMax}`
  return [
    ...[renderLaw(law), '', ...history.map((line) => `  ${line}`), '', 'in this order', ''],
    ...order.map((line) => `  ${line}`),
    ...['', ...renderFindings(findings), ''],
    `Replay it:      checkInterleavings({ server, ${replay} })`,
    `Its database:   ${kept}`,
  ].join('\n')
}

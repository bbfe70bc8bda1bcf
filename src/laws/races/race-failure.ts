import { type Failure, findingOf, nameFindings, renderFindings, renderLaw } from '../failure.js'
import { withRaceNames } from './race.js'
import type { RaceResult } from './run-race.js'

/**
 * A law that an interleaving broke.
 *
 * @example
 * ```ts
 * const orderOf = ({ order }: RaceFailure) => order.join('\n')
 * ```
 */
export interface RaceFailure extends Omit<Failure, 'replayPath' | 'flags' | 'isBeginning'> {
  /** The shrunk sessions, one line per operation. */
  readonly history: readonly string[]
  /** Their statements in the order of their turns, one line each. */
  readonly order: readonly string[]
  /** The options with which the path means the same interleaving. */
  readonly sessionsMax: number
  /** The most operations of one lane. */
  readonly operationsMax: number
}

export function raceFailureOf(found: {
  readonly race: RaceResult | undefined
  readonly error: unknown
  readonly isReplayed: boolean
  readonly seed: number
  readonly path: string
  readonly sessionsMax: number
  readonly operationsMax: number
  readonly kept: string
}): RaceFailure {
  const { race, error, isReplayed, ...rest } = found
  const law = race?.broken?.law
  const findings = race?.broken ? [...race.broken.findings] : [findingOf(error)]
  if (!isReplayed) {
    findings.unshift({
      what: 'When it was run again, it broke no law: it depends on the timing of the server',
    })
  }
  return {
    ...rest,
    law: law && { number: law.number, name: law.name, says: law.says },
    history: race?.sessions ?? [],
    order: race?.order ?? [],
    findings: nameFindings(findings, withRaceNames),
  }
}

/**
 * A failure as text: the law, the sessions, the order of their statements, what differs, how to
 * replay it, and where its database is.
 *
 * @example
 * ```ts
 * const { failure } = await checkInterleavings({ server, seed: 1 })
 * if (failure) console.error(renderRaceFailure(failure))
 * ```
 */
export function renderRaceFailure(failure: RaceFailure): string {
  const { law, history, order, findings, seed, path, sessionsMax, operationsMax, kept } = failure
  const sizes = `sessionsMax: ${sessionsMax}, operationsMax: ${operationsMax}`
  return [
    ...[renderLaw(law), '', ...history.map((line) => `  ${line}`), '', 'in this order', ''],
    ...order.map((line) => `  ${line}`),
    ...['', ...renderFindings(findings), ''],
    `Replay it:      checkInterleavings({ server, seed: ${seed}, path: '${path}', ${sizes} })`,
    `Its database:   ${kept}`,
  ].join('\n')
}

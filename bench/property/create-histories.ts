import fc from 'fast-check'
import { history } from '../../src/laws/history.ts'
import type { HistoryCommand } from '../../src/laws/history-run.ts'
import { commandsEach, seed } from './rounds.ts'

/** A history, as one runs it again and again. */
export type FixedHistory = readonly HistoryCommand[]

/**
 * Makes histories of exactly so many commands: random ones have any number, so that these are the
 * beginnings of longer ones.
 */
export function createHistories(count: number): FixedHistory[] {
  const longer = history({ commandsMax: 2 * commandsEach })
  const made: FixedHistory[] = []
  for (let round = 0; made.length < count; round++) {
    const sample = fc.sample(longer, { seed: seed + round, numRuns: count })
    const commands = sample.map((one) => [...one].slice(0, commandsEach))
    made.push(...commands.filter(({ length }) => length === commandsEach))
  }
  return made.slice(0, count)
}

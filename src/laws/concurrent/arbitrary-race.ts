import fc from 'fast-check'
import type { LaneChoice } from './lane-move.js'
import { looking } from './looking.js'
import { onAChat } from './on-a-chat.js'
import { pushing } from './pushing.js'
import { removing } from './removing.js'

/** How large a race may be. */
export interface RaceSize {
  readonly lanesMax: number
  readonly operationsMax: number
}

/** What lanes do, and a number for the order in which they take turns. */
export interface ChosenRace {
  readonly lanes: readonly (readonly LaneChoice[])[]
  readonly order: number
}

/** Short histories on few chats and agents, so that two of them meet. */
export function arbitraryRace({ lanesMax, operationsMax }: RaceSize): fc.Arbitrary<ChosenRace> {
  const move = fc.oneof({ weight: 9, arbitrary: pushing }, ...onAChat, ...removing, ...looking)
  // Empty ones too: what one lane breaks alone is shrunk to one that does something.
  const lane = fc.array(move, { maxLength: operationsMax, size: 'max' })
  const lanes = fc.array(lane, { minLength: 2, maxLength: lanesMax, size: 'max' })
  return fc.record({ lanes: fc.noBias(lanes), order: fc.noShrink(fc.nat(2 ** 30)) })
}

/**
 * A scheduler of fast-check that chooses in the order of a number. One that is generated beside
 * the lanes goes on, in every clone but the first, where another clone has stopped, so that what
 * broke while it was shrunk would not be replayed.
 */
export function schedulerOf(order: number): fc.Scheduler {
  return fc.sample(fc.scheduler(), { seed: order, numRuns: 1 })[0]!
}

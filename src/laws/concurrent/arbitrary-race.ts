import fc from 'fast-check'
import type { Focus, LaneChoice, MoveKind } from './lane-move.js'
import { looking } from './looking.js'
import { onAChat, refreshing } from './on-a-chat.js'
import { pushing } from './pushing.js'
import { agentIds, chatIds } from './race-names.js'
import { removing } from './removing.js'

const kinds: readonly MoveKind[] = [...onAChat, ...removing, ...looking]

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

/** Few kinds of operations on few things meet more often than many on many. */
const kindsMin = 2
const kindsMax = 5

const [first, second, third, fourth] = chatIds
const [one, two] = agentIds

const focuses: readonly Focus[] = [
  { chatId: first!, agentId: one! },
  { chatId: first!, agentId: one! },
  { chatId: second!, agentId: two! },
  { chatId: third!, agentId: one! },
  { chatId: fourth!, agentId: one! },
]

/**
 * Short histories, mostly on one chat and one agent. Each race has some kinds of operations only:
 * of two that do not get on with each other, both come up again and again in some of them.
 */
export function arbitraryRace({ lanesMax, operationsMax }: RaceSize): fc.Arbitrary<ChosenRace> {
  const scope = fc.record({
    focus: fc.constantFrom(...focuses),
    kinds: fc.subarray([...kinds.keys()], { minLength: kindsMin, maxLength: kindsMax }),
  })
  const race = fc.noShrink(scope).chain(({ focus, kinds: chosen }) => {
    const others = chosen.map((index) => kinds[index]!(focus))
    // Half of all push and refresh: one writes the whole live context, the other reads it.
    const move = fc.oneof(
      { weight: others.length * 2, arbitrary: pushing(focus) },
      { weight: others.length, arbitrary: refreshing(focus) },
      ...others.map((arbitrary) => ({ weight: 3, arbitrary })),
    )
    // Empty lanes too: what one lane breaks alone is shrunk to one that does something.
    const lane = fc.array(move, { maxLength: operationsMax, size: 'max' })
    const lanes = fc.array(lane, { minLength: 2, maxLength: lanesMax, size: 'max' })
    return fc.record({ lanes, order: fc.noShrink(fc.nat(2 ** 30)) })
  })
  return fc.noBias(race)
}

/**
 * A scheduler of fast-check that chooses in the order of a number. One that is generated beside
 * the lanes goes on, in every clone but the first, where another clone has stopped, so that what
 * broke while it was shrunk would not be replayed.
 */
export function schedulerOf(order: number): fc.Scheduler {
  return fc.sample(fc.scheduler(), { seed: order, numRuns: 1 })[0]!
}

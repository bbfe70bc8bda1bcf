import fc from 'fast-check'
import {
  idDigits,
  raceAgentIds,
  raceBuildIds,
  raceChatIds,
  raceOwner,
  raceWorkspaceId,
} from '../choices.js'
import type { Move, Operation, RaceFocus } from '../operation.js'
import { archive } from '../operations/archive.js'
import { createChatMove } from '../operations/create-chat.js'
import { allOperations } from '../operations/index.js'
import { push, racePush } from '../operations/push.js'
import { refresh } from '../operations/refresh.js'
import { createWorkspaceMove, rebuildMove } from '../operations/workspaces.js'

/** A move of a race with the name of its operation. */
export interface ChosenMove {
  readonly operation: string
  readonly move: Move
}

/** The moves of each session, and a number for the order in which the sessions take turns. */
export interface ChosenRace {
  readonly sessions: readonly (readonly ChosenMove[])[]
  readonly order: number
}

const racing = allOperations.filter((one) => one.race && one !== push && one !== refresh)

/** Few kinds of operations on few rows interfere more often than many on many. */
const kindsMin = 2
const kindsMax = 5

const [first, second, third, fourth] = raceChatIds
const [one, two] = raceAgentIds

const focuses: readonly RaceFocus[] = [
  { chatId: first!, agentId: one! },
  { chatId: first!, agentId: one! },
  { chatId: second!, agentId: two! },
  { chatId: third!, agentId: one! },
  { chatId: fourth!, agentId: one! },
]

const movesOf = ({ name, race }: Operation, focus: RaceFocus): fc.Arbitrary<ChosenMove> =>
  race!(focus).map((move) => ({ operation: name, move }))

/**
 * Short histories, mostly on one chat and one agent. Each race has only some kinds of operations,
 * so that any two kinds meet often in some of the races.
 */
export function arbitraryRace({
  sessionsMax,
  operationsMax,
}: Record<'sessionsMax' | 'operationsMax', number>): fc.Arbitrary<ChosenRace> {
  const scope = fc.record({
    focus: fc.constantFrom(...focuses),
    kinds: fc.subarray([...racing], { minLength: kindsMin, maxLength: kindsMax }),
  })
  const race = fc.noShrink(scope).chain(({ focus, kinds }) => {
    // Half of the moves push or refresh: one writes the whole live context, the other reads it.
    const move = fc.oneof(
      { weight: kinds.length * 2, arbitrary: movesOf(push, focus) },
      { weight: kinds.length, arbitrary: movesOf(refresh, focus) },
      ...kinds.map((kind) => ({ weight: 3, arbitrary: movesOf(kind, focus) })),
    )
    // A session may be empty, so that a failure of one session shrinks to that session.
    const session = fc.array(move, { maxLength: operationsMax, size: 'max' })
    const sessions = fc.array(session, { minLength: 2, maxLength: sessionsMax, size: 'max' })
    return fc.record({ sessions, order: fc.noShrink(fc.nat(2 ** 30)) })
  })
  return fc.noBias(race)
}

/**
 * A scheduler of fast-check that chooses in the order of a number. A scheduler that is generated
 * with the moves continues, in every clone except the first, where another clone has stopped, so
 * that a shrunk failure could not be replayed.
 */
export function schedulerOf(order: number): fc.Scheduler {
  return fc.sample(fc.scheduler(), { seed: order, numRuns: 1 })[0]!
}

const openingPush = (id: string, version: number, context: number) =>
  racePush({ id, agentId: one!, version, context })

const newChat = (id: string, agentId: string) => createChatMove({ id, ownerId: raceOwner, agentId })

const workspaceId = raceWorkspaceId

/**
 * The beginning of every race: an agent that has pushed and one that has not, a chat from which the
 * context of the first agent has drifted, one that waits for the second agent, and an archived one.
 */
export const opening: readonly Move[] = [
  createWorkspaceMove({
    workspaceId,
    buildId: raceBuildIds[0]!,
    agentId: one!,
    ownerId: raceOwner,
  }),
  rebuildMove({ workspaceId, buildId: raceBuildIds[1]!, agentId: two! }),
  openingPush('opening', 2, 1),
  newChat(first!, one!),
  newChat(second!, two!),
  newChat(third!, one!),
  archive.moveOn({ chatId: third! }),
  openingPush('opening again', 3, 2),
]

/** A text in which every id of a race is replaced by a name. */
export function withRaceNames(text: string): string {
  return text.replaceAll(
    /([abce])0000000-0000-4000-8000-00000000000(\d)/g,
    (_, digit: string, n: string) => {
      const [kind] = Object.entries(idDigits).find(([, one]) => one === digit)!
      return `${kind} ${n}`
    },
  )
}

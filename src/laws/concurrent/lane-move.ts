import fc from 'fast-check'
import type { Move } from '../move.js'

/** A report of an agent that names itself, in the error of its snapshot. */
export interface RacingPush {
  readonly id: string
  readonly agentId: string
  readonly version: bigint
  readonly initial: boolean
  readonly ready: boolean
  /** Which of the contexts it carries. */
  readonly context: number
}

/** One thing that a lane does. Chats and agents may be gone, or not be there yet. */
export interface LaneMove
  extends Pick<Move, 'says' | 'act' | 'predict' | 'repins' | 'deletesChats'> {
  /** What coverage counts it as. */
  readonly command: string
  readonly push?: RacingPush
  /** The chat that it makes, which is another one where one of that id was deleted. */
  readonly creates?: string
  /** The chat whose pins it takes off. */
  readonly unpins?: string
  /** The agent that it deletes for good. */
  readonly removes?: string
}

/** A move that is made when it is known which one of the lanes it is. */
export type LaneChoice = (id: string) => LaneMove

/** The chat and the agent that most of a race is about, so that lanes meet. */
export interface Focus {
  readonly chatId: string
  readonly agentId: string
}

/** A kind of operation, mostly on what a race is about. */
export type MoveKind = (focus: Focus) => fc.Arbitrary<LaneChoice>

/** Mostly the first. */
export const mostly = <T>(one: T, others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(one) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )

/** Choices that do not say which move of which lane they are. */
export const always = <T>(choice: fc.Arbitrary<T>, make: (choice: T) => LaneMove) =>
  choice.map(
    (chosen): LaneChoice =>
      () =>
        make(chosen),
  )

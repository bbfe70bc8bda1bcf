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
  /** The chat whose pins it takes off. */
  readonly unpins?: string
  /** The agent that it deletes for good. */
  readonly removes?: string
}

/** A move that is made when it is known which one of the lanes it is. */
export type LaneChoice = (id: string) => LaneMove

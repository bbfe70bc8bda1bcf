import type { Finding, Law, Outcome } from '../law.js'
import type { Model, Time } from '../model/model.js'
import type { Rows } from '../row-reader.js'
import type { LaneMove } from './lane-move.js'
import type { Sight } from './sight.js'

/** A move of a lane, from its first turn to its last. */
export interface LaneStep {
  readonly lane: number
  /** Such as `push 2.1`: the first move of lane 2. */
  readonly id: string
  readonly move: LaneMove
  /** The parameter `now`. */
  readonly at: Time
  /** The clock of the race at its first turn; infinite until then. */
  begun: number
  /** The clock of the race when it had answered; infinite until then. */
  ended: number
  outcome?: Outcome
}

/** Everything that is done in a race, the opening as lane 0, finished before it began. */
export type RaceLog = readonly LaneStep[]

/** A race that is over. */
export interface RaceEnding {
  readonly log: RaceLog
  /** What a reader saw after every turn that committed; the first before any. */
  readonly sights: readonly Sight[]
  /** The state in which it began, by the model. */
  readonly beginning: Model
  /** Everything that it left. */
  readonly rows: Rows
  /** Locks and transactions that connections of lanes have still, each as a line. */
  readonly leftovers: readonly string[]
}

/** A law that holds however the statements of several connections fall. */
export interface RaceLaw extends Omit<Law, 'afterStep' | 'atEnd'> {
  /** Held against everything that a reader sees in one statement. */
  inSight?(sight: Sight, log: RaceLog): readonly Finding[]
  /** Held against what one reader sees before and after. */
  between?(before: Sight, after: Sight, log: RaceLog): readonly Finding[]
  whenOver?(ending: RaceEnding): readonly Finding[]
}

/** What may have had an effect between the sending of one look and the answer of another. */
export const meanwhile = (log: RaceLog, before: Sight, after: Sight) =>
  log.filter(({ begun, ended }) => begun <= after.to && ended >= before.from)

export const pushesOf = (log: RaceLog) =>
  log.flatMap((step) => (step.move.push ? [{ ...step, push: step.move.push }] : []))

/** Whether a step was answered with something accepted. */
export const wasAccepted = ({ outcome }: LaneStep) =>
  outcome?.refusal === undefined &&
  (outcome?.answer as { accepted?: boolean } | undefined)?.accepted === true

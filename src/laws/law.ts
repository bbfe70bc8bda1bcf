import type { Queryable } from '../database/index.js'
import type { Pushed } from './model/live-context.js'
import type { Model } from './model/model.js'
import type { Time } from './model/time.js'
import type { Move } from './operation.js'
import type { Outcome } from './outcome.js'
import type { Operations } from './own-operations.js'
import type { RowReader, Rows } from './row-reader.js'

/**
 * One way in which a database does not obey a law.
 *
 * @example
 * ```ts
 * const finding: Finding = { what: 'purged chat 2', expected: 'kept', actual: 'gone' }
 * ```
 */
export interface Finding {
  /** What is wrong, in words. */
  readonly what: string
  /** The value that the law requires. */
  readonly expected?: string | undefined
  /** The value that was found. */
  readonly actual?: string | undefined
}

/**
 * A move of a history, with the state before and after it.
 *
 * @example
 * ```ts
 * const wasRefused = ({ outcome }: HistoryStep) => outcome.refusal !== undefined
 * ```
 */
export interface HistoryStep {
  /** The move that was made. */
  readonly move: Move
  /** The time of the operation. */
  readonly at: Time
  /** The reader of the rows. */
  readonly reader: RowReader
  /** The model and the rows before the move. */
  readonly before: { readonly model: Model; readonly rows: Rows }
  /** The rows that the database has, and the model, which says what they should be. */
  readonly after: { readonly model: Model; readonly rows: Rows }
  /** The answer of the database. */
  readonly outcome: Outcome
  /** The answer of the model. */
  readonly predicted: Outcome
  /** The notifications that listeners received and should have received; empty before a commit. */
  readonly notifications: {
    readonly expected: readonly string[]
    readonly actual: readonly string[]
  }
  /** The prompts of chats before and after a deletion on the workspace side. */
  readonly prompts: readonly {
    readonly chatId: string
    readonly before: string
    readonly after: string
  }[]
}

/**
 * A database at the end of a history, with the model that says what it should contain.
 *
 * @example
 * ```ts
 * const noEmptyTitles = async ({ queryable }: Ending) => {
 *   const { rowCount } = await queryable.query("SELECT FROM chats WHERE title = ''")
 *   return rowCount === 0 ? [] : [{ what: 'a chat has no title' }]
 * }
 * ```
 */
export interface Ending {
  /** The database, whose rows a law may change now. */
  readonly queryable: Queryable
  /** The operations that have to obey the laws. */
  readonly operations: Operations
  /** The model at the end of the history. */
  readonly model: Model
  /** All rows at the end of the history. */
  readonly rows: Rows
  /** Reads the rows of the schema. */
  readonly reader: RowReader
}

/** What one statement of a reader saw during a race: a single snapshot of all rows. */
export interface Observation {
  /** The clock of the race before the statement was sent and after its answer. */
  readonly from: number
  readonly to: number
  readonly rows: Rows
}

/** A move of a race, from its first turn to its last. */
export interface RaceStep {
  /** 1 and up; 0 for the opening, which ended before the race began. */
  readonly session: number
  /** Such as `2.1`: the first move of session 2. */
  readonly id: string
  readonly operation: string
  readonly move: Move
  /** The parameter `now`. */
  readonly at: Time
  /** The clock of the race at the first turn; infinite until then. */
  begun: number
  /** The clock of the race when the answer arrived; infinite until then. */
  ended: number
  outcome?: Outcome
}

/** A race, while it runs and when it is over. */
export interface Race {
  /** All steps, those of the opening first. */
  readonly steps: readonly RaceStep[]
  readonly reader: RowReader
}

/** A race that is over. */
export interface RaceEnding extends Race {
  /** What a reader saw after each turn that committed; the first before any turn. */
  readonly observations: readonly Observation[]
  /** The model at the beginning of the race. */
  readonly beginning: Model
  /** The rows at the end. */
  readonly rows: Rows
  /** Locks and transactions that sessions have left open, one line each. */
  readonly leftovers: readonly string[]
}

/**
 * A law of the domain. Each function returns everything that breaks the law.
 *
 * @example
 * ```ts
 * const law: Law = {
 *   number: 16,
 *   name: 'Titles',
 *   says: 'Every chat has a title.',
 *   afterStep: ({ after }) =>
 *     [...after.model.chats.values()].flatMap(({ id, title }) =>
 *       title === '' ? [{ what: `chat ${id} has none` }] : [],
 *     ),
 * }
 * ```
 */
export interface Law {
  /** The number in the list of laws; 0 for the agreement of the model, of engines and of runs. */
  readonly number: number
  /** The name that a failure shows. */
  readonly name: string
  /** The law in one sentence. */
  readonly says: string
  /** Checked at the end of a history, until one history on the schema ends without a failure. */
  ofSchema?(ending: Ending): Promise<readonly Finding[]>
  /** Checked after every step of a history. */
  afterStep?(step: HistoryStep): readonly Finding[]
  /** Checked at the end of every history, if it takes too long after every step. */
  atEnd?(ending: Ending): Promise<readonly Finding[]>
  /** Checked for everything that a reader sees during a race. */
  inObservation?(observation: Observation, race: Race): readonly Finding[]
  /** Checked for two successive observations of one reader. */
  between?(before: Observation, after: Observation, race: Race): readonly Finding[]
  /** Checked at the end of a race. */
  afterRace?(ending: RaceEnding): readonly Finding[]
}

/** Thrown when a law is broken. */
export class LawBroken extends Error {
  readonly law: Law
  readonly findings: readonly Finding[]

  constructor(law: Law, findings: readonly Finding[]) {
    super(`Law ${law.number}, ${law.name}: ${law.says}`)
    this.law = law
    this.findings = findings
  }
}

/** The steps that may have had an effect between two observations. */
export const stepsBetween = ({ steps }: Race, before: Observation, after: Observation) =>
  steps.filter(({ begun, ended }) => begun <= after.to && ended >= before.from)

/** The pushes of a race, whose ids are the snapshot errors that they store. */
export const pushesOf = ({ steps }: Pick<Race, 'steps'>) =>
  steps.flatMap((step) => (step.move.push ? [{ ...step, push: step.move.push }] : []))

/** The push of a race that stored this snapshot error. */
export const pushOf = (race: Race, error: string | null | undefined): Pushed | undefined =>
  pushesOf(race).find(({ push }) => push.error === error)?.push

export const wasAccepted = ({ outcome }: RaceStep) =>
  outcome?.refusal === undefined &&
  (outcome?.answer as { accepted?: boolean } | undefined)?.accepted === true

import type { Queryable } from '../database/index.js'
import type { Model, Time } from './model/model.js'
import type { Move } from './move.js'
import type { Operations } from './operations.js'
import type { RowReader, Rows } from './row-reader.js'

/**
 * Something that a law does not allow.
 *
 * @example
 * ```ts
 * const finding: Finding = { what: 'purged chat 2', expected: 'kept', actual: 'gone' }
 * ```
 */
export interface Finding {
  /** What is not so, in words. */
  readonly what: string
  /** What it should be. */
  readonly expected?: string | undefined
  /** What it is. */
  readonly actual?: string | undefined
}

/**
 * How something ended: with an answer, or refused.
 *
 * @example
 * ```ts
 * const codeOf = (outcome: Outcome) => outcome.refusal?.code ?? 'done'
 * ```
 */
export type Outcome =
  | { readonly answer: unknown; readonly refusal?: undefined }
  | {
      readonly refusal: {
        readonly code: string
        readonly message: string
        /** The SQLSTATE of what a refusal of driftpin was caused by. */
        readonly state?: string | undefined
      }
    }

/**
 * A move that was made, with what there was before and is after it.
 *
 * @example
 * ```ts
 * const wasRefused = ({ outcome }: Step) => outcome.refusal !== undefined
 * ```
 */
export interface Step {
  /** What was done. */
  readonly move: Move
  /** The time of the operation. */
  readonly at: Time
  /** What read the rows. */
  readonly reader: RowReader
  /** Model and rows before it. */
  readonly before: { readonly model: Model; readonly rows: Rows }
  /** The rows are the database's; the model is what it says they should be. */
  readonly after: { readonly model: Model; readonly rows: Rows }
  /** What the database answered. */
  readonly outcome: Outcome
  /** What the model answered. */
  readonly predicted: Outcome
  /** The notifications that listeners heard and should have heard; none before a commit. */
  readonly heard: { readonly expected: readonly string[]; readonly actual: readonly string[] }
  /** Prompts of chats before and after a deletion on the workspace side. */
  readonly prompts: readonly {
    readonly chatId: string
    readonly before: string
    readonly after: string
  }[]
}

/**
 * A database at the end of a history, with what the model says is in it.
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
  /** The database, whose rows can be changed now. */
  readonly queryable: Queryable
  /** The operations that are held to the laws. */
  readonly operations: Operations
  /** The model as it is at the end. */
  readonly model: Model
  /** All rows as they are at the end. */
  readonly rows: Rows
  /** What reads them again. */
  readonly reader: RowReader
}

/**
 * One of the laws of the domain.
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
  /** The number in the list of laws, and 0 for what is said of every engine, or of the model. */
  readonly number: number
  /** What a report calls it. */
  readonly name: string
  /** The law itself, in a sentence. */
  readonly says: string
  /** Held against every step. */
  afterStep?(step: Step): readonly Finding[]
  /** Held against the database at the end of a history, where looking costs too much before. */
  atEnd?(ending: Ending): Promise<readonly Finding[]>
}

export const pinTable = 'chat_context_resources'
export const liveTable = 'workspace_agent_context_resources'
export const snapshotTable = 'workspace_agent_context_snapshots'

/** True where the database should be exactly as it was. */
export const wasRefused = ({ outcome }: Step) => outcome.refusal !== undefined

import type fc from 'fast-check'
import type { Database, Queryable } from '../database/index.js'
import type { Catalog, Migration } from '../migrations/index.js'
import type { MainEvent } from './model/events.js'
import type { Model, Time } from './model/model.js'
import type { Operations } from './operations.js'

/** What a command sees when it looks for something to do. */
export interface View {
  readonly model: Model
  readonly now: Time
  /** What a person calls something with an id, such as `chat 2`. */
  nameOf(id: string): string
  /** An id for something new, and its name from now on. */
  newId(what: 'workspace' | 'build' | 'agent' | 'chat', order?: number): string
  /** What the schema was made by; none where it cannot be taken back. */
  readonly migrations: readonly Migration[]
  /** The tables that the host writes to by itself. */
  readonly hostTables: readonly string[]
}

/** Where a move is made. */
export interface Scene {
  /** The database, or a transaction that the move is a part of. */
  readonly queryable: Queryable
  /** The database itself, for what cannot be a part of a transaction. */
  readonly database: Database
  readonly operations: Operations
  readonly catalog: Catalog
  /** The parameter `now`; left out where the database's own clock is to be used. */
  readonly now: { readonly now?: Time }
  /** A table of the schema, quoted. */
  table(name: string): string
}

/**
 * One thing to do to a database, and what it may do.
 *
 * @example
 * ```ts
 * const isHarmless = ({ chats = [], isRemoval = false }: Move) => chats.length === 0 && !isRemoval
 * ```
 */
export interface Move {
  /** What it is, for a person: one line. */
  readonly says: string
  /** The part of coverage it counts as, beside its command: a variant or a cap. */
  readonly variant?: string
  /** The chats whose rows may change; all others stay as they are. */
  readonly chats?: readonly string[]
  /** Chats whose pins are replaced or removed on request: by refresh, unpin or delete. */
  readonly repins?: readonly string[]
  /** Chats whose `updated_at` moves. */
  readonly moves?: readonly string[]
  /** Tables of the host that get or lose rows; those of chats, for the chats above only. */
  readonly writes?: readonly string[]
  /** True for deletions on the workspace side, soft or hard. */
  readonly isRemoval?: boolean
  /** Chats whose prompts are looked at before and after; those above by default. */
  readonly prompts?: readonly string[]
  /** True where the chat asked for is named with an owner that is not its own. */
  readonly isStranger?: boolean
  /** What is pushed, where it is a push. */
  readonly push?: { readonly agentId: string; readonly version: bigint; readonly initial: boolean }
  /** What is purged, where it is a purge. */
  readonly purge?: { readonly before: Time; readonly limit: number }
  /** True where chats go, with everything that belongs to them. */
  readonly deletesChats?: boolean
  /** True for a way down and up again. */
  readonly isMigration?: boolean
  /** What listeners hear of it; nothing where it is not told to notify. */
  readonly notifies?: MainEvent
  /** So many microseconds pass. */
  readonly advances?: number
  /** Uses the database's own clock where there is one that can be set. */
  readonly usesOwnClock?: boolean
  act(scene: Scene): Promise<unknown>
  /**
   * What the model does and answers; throws a Refusal where the operation is to be refused.
   *
   * @param answer What `act` answered, for ids that the database makes; undefined if it threw.
   */
  predict(model: Model, at: Time, answer: unknown): unknown
}

/** A command: random choices, and what they come to in the state that a database is in. */
export interface Command<Choice = unknown> {
  readonly name: string
  /** How often it is chosen, relative to the others. */
  readonly weight: number
  /** False for what cannot be done inside a transaction. */
  readonly fitsTransaction: boolean
  /** True for what writes nothing. */
  readonly isReading: boolean
  /** True for what a backend does by itself, without an operation of driftpin. */
  readonly isHosts: boolean
  readonly choices: fc.Arbitrary<Choice>
  /** Undefined when there is nothing to do it to. */
  aim(view: View, choice: Choice): Move | undefined
}

type Defaulted = 'weight' | 'fitsTransaction' | 'isReading' | 'isHosts'

export function defineCommand<Choice>(
  command: Omit<Command<Choice>, Defaulted> & Partial<Pick<Command, Defaulted>>,
): Command {
  return {
    ...{ weight: 1, fitsTransaction: true, isReading: false, isHosts: false },
    ...command,
  } as Command
}

import fc from 'fast-check'
import { type Catalog, tableName } from '../catalog/index.js'
import type { Database, Queryable } from '../database/index.js'
import type { Migration } from '../migrations/index.js'
import {
  type ChatChoice,
  type ChatKey,
  chatChoice,
  chooseChat,
  mostly,
  type Preference,
  raceChatIds,
  type WriteChoice,
} from './choices.js'
import type { MainEvent } from './model/events.js'
import type { Pushed } from './model/live-context.js'
import { type Chat, type Model, Refusal } from './model/model.js'
import type { Time } from './model/time.js'
import type { Outcome } from './outcome.js'
import type { Operations } from './own-operations.js'

/** The state in which an operation chooses its arguments. */
export interface View {
  readonly model: Model
  readonly now: Time
  /** An id for a new row, which reports from then on call by a name such as `chat 2`. */
  newId(what: 'workspace' | 'build' | 'agent' | 'chat', order?: number): string
  /** The migrations of the schema; empty if they cannot be reverted. */
  readonly migrations: readonly Migration[]
  /** The tables that the host writes to itself. */
  readonly hostTables: readonly string[]
}

/** Where a move is executed. */
export interface ExecutionContext {
  /** The database, or a transaction that the move is part of. */
  readonly queryable: Queryable
  /** The database itself, for work that cannot be part of a transaction. */
  readonly database: Database
  readonly operations: Operations
  readonly catalog: Catalog
  /** The parameter `now`; empty if the operation has to use the clock of the database. */
  readonly now: { readonly now?: Time }
}

/**
 * One call of an operation with its arguments, and what it may change.
 *
 * @example
 * ```ts
 * const isHarmless = ({ chats = [], removes }: Move) => chats.length === 0 && !removes
 * ```
 */
export interface Move {
  /** One line for reports, in which the ids are replaced by names. */
  readonly says: string
  /** The variant that coverage counts, besides the operation. */
  readonly variant?: string
  /** The chats whose rows may change; all other chats stay as they are. */
  readonly chats?: readonly string[]
  /** The chats whose pins are replaced or removed on request: by refresh, unpin or delete. */
  readonly repins?: readonly string[]
  /** The part of the pins that is replaced on request; all of them by default. */
  readonly part?: { readonly sources: readonly string[]; readonly kinds: readonly string[] }
  /** The chats whose `updated_at` the operation sets. */
  readonly touches?: readonly string[]
  /** The chat that the operation creates. */
  readonly creates?: string
  /** The chat whose pins the created chat gets. */
  readonly copies?: string
  /** Tables of the host that gain or lose rows; in chat-scoped tables, only rows of `chats`. */
  readonly writes?: readonly string[]
  /** The workspace, build or agent that is deleted. */
  readonly removes?: { readonly id: string; readonly permanently: boolean }
  /** The chats whose prompts are compared before and after a removal; `chats` by default. */
  readonly prompts?: readonly string[]
  /** True if the operation is called with an owner who does not own the chat. */
  readonly isStranger?: boolean
  /** What is pushed, if the operation is a push with valid arguments. */
  readonly push?: Pushed
  /** What is purged, if the operation is a purge. */
  readonly purge?: { readonly before: Time; readonly limit: number }
  /** What is purged besides chats: rows of a table that were last changed before a time. */
  readonly purgesRows?: {
    readonly table: 'chat_files' | 'chat_debug_runs'
    readonly column: string
    readonly before: Time
    readonly limit: number
  }
  /** True if the operation deletes chats. */
  readonly deletesChats?: boolean
  /** True if the operation reverts migrations and applies them again. */
  readonly isMigration?: boolean
  /** The event that listeners receive; undefined if the operation does not notify. */
  readonly notifies?: MainEvent
  /** The microseconds that pass. */
  readonly advances?: number
  /** True if the operation uses the clock of the database, if that clock can be set. */
  readonly usesOwnClock?: boolean
  /** The same move as a step of a race, if its rows name the step. */
  asStep?(stepId: string): Move
  execute(context: ExecutionContext): Promise<unknown>
  /**
   * Changes the model as the operation has to change the database, and returns the expected answer.
   * Throws a Refusal if the operation has to be refused.
   *
   * @param answer The answer of `execute`, for ids that the database generates; undefined if it
   * threw.
   */
  predict(model: Model, at: Time, answer: unknown): unknown
}

/** The outcome that the model predicts for a move, and changes the model accordingly. */
export function predict(move: Move, model: Model, at: Time, outcome: Outcome): Outcome {
  try {
    return { answer: move.predict(model, at, outcome.refusal ? undefined : outcome.answer) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { refusal: { code: error.code, message: '' } }
  }
}

/** The chat and the agent that most moves of a race are about, so that they interfere. */
export interface RaceFocus {
  readonly chatId: string
  readonly agentId: string
}

/** An operation: how its arguments are generated, for histories and for races. */
export interface Operation<Choice = unknown> {
  readonly name: string
  /** How often histories choose it, relative to the others. */
  readonly weight: number
  /** False if it cannot be done inside a transaction. */
  readonly fitsTransaction: boolean
  /** True if it writes nothing. */
  readonly isReading: boolean
  /** True if the host does it itself, without an operation of driftpin. */
  readonly isHosts: boolean
  /** Random choices, which become arguments in the state that a history has reached. */
  readonly choices: fc.Arbitrary<Choice>
  /** Undefined if the state has nothing that the operation could be applied to. */
  resolve(view: View, choice: Choice): Move | undefined
  /** Moves for a race, in which the state is not known beforehand. */
  readonly race?: (focus: RaceFocus) => fc.Arbitrary<Move>
}

type Defaulted = 'weight' | 'fitsTransaction' | 'isReading' | 'isHosts'

export function defineOperation<Choice>(
  operation: Omit<Operation<Choice>, Defaulted> & Partial<Pick<Operation, Defaulted>>,
): Operation {
  return {
    ...{ weight: 1, fitsTransaction: true, isReading: false, isHosts: false },
    ...operation,
  } as Operation
}

/**
 * Runs statements of the host in one transaction. `{chats}` in a statement is the table `chats`.
 */
export const hostStatements =
  (...statements: readonly (readonly [sql: string, ...values: unknown[]])[]) =>
  ({ queryable }: ExecutionContext): Promise<void> =>
    queryable.transaction(async (transaction) => {
      const { schema } = transaction
      for (const [sql, ...values] of statements) {
        const text = sql.replaceAll(/\{(\w+)\}/g, (_, name) => tableName({ schema, name }))
        await transaction.query(text, values)
      }
    })

/** What the call of an operation needs. */
type Caller = Pick<ExecutionContext, 'queryable' | 'operations' | 'now'>

/** How a chat is addressed, with `now` and `notify` if the operation takes them. */
type Params = ChatKey & { readonly now?: Time; readonly notify?: boolean }

interface Definition<Args extends object, Choice extends object> {
  readonly name: string
  readonly weight?: number
  /** The event of its notifications; undefined if the operation only reads. */
  readonly event?: MainEvent
  /** False for an operation that writes but does not take the parameter `now`. */
  readonly takesNow?: boolean
  /** The chats that histories prefer. */
  readonly prefers?: readonly Preference[]
  /** What histories choose besides the chat. */
  readonly choices?: { readonly [Name in keyof Choice]: fc.Arbitrary<Choice[Name]> }
  /**
   * The arguments for a choice, or undefined if there are none in this state. The operation is
   * asked for an unknown chat if the state has no chat.
   */
  argsOf?(model: Model, chat: Chat | undefined, choice: Choice & ChatChoice): Args | undefined
  /** Arguments for a call about a chat, which is unknown in races; none by default. */
  simple?(chat: Chat | undefined): Args
  raceArgs?(focus: RaceFocus): fc.Arbitrary<Args>
  /** The name and the chat by default. */
  says?(chat: string, args: Args, key: ChatKey): string
  /** What a move may change besides the rows of its chat, and its variant. */
  flags?(chatId: string, args: Args): Partial<Move>
  execute(caller: Caller, params: Params, args: Args): Promise<unknown>
  predict(model: Model, key: ChatKey, now: Time, args: Args, answer: unknown): unknown
}

/** An operation on one chat. */
export interface ChatOperation extends Operation {
  /** One call with simple arguments for the chat, if it is known. */
  moveOn(key: ChatKey, chat?: Chat): ChatMove
}

/** A move that is no work on the database itself. */
interface ChatMove extends Move {
  execute(caller: Caller): Promise<unknown>
}

interface Flags extends WriteChoice {
  readonly isStranger?: boolean
}

/** Defines an operation on one chat, whose arguments are the choices unless `argsOf` is given. */
export function defineChatOperation<Args extends object, Choice extends object = Args>(
  definition: Definition<Args, Choice>,
): ChatOperation {
  const { name, weight = 1, event, prefers, argsOf, raceArgs } = definition
  const { simple = () => ({}) as Args, says = (chat: string) => `${name} ${chat}` } = definition
  const takesNow = definition.takesNow ?? event !== undefined
  const moveOf = (key: ChatKey, args: Args, flags: Flags = {}): ChatMove => {
    const { own = false, notify = false, isStranger = false } = flags
    return {
      says: says(`${key.chatId}${isStranger ? ' as a stranger' : ''}`, args, key),
      isStranger,
      ...(event && { chats: [key.chatId], usesOwnClock: own }),
      ...(event && notify && { notifies: event }),
      ...definition.flags?.(key.chatId, args),
      execute: (context) => {
        const more = { ...(takesNow && context.now), ...(event && { notify: notify || undefined }) }
        return definition.execute(context, { ...key, ...more }, args)
      },
      predict: (model, at, answer) => definition.predict(model, key, at, args, answer),
    }
  }
  const operation = defineOperation<ChatChoice & Choice & Flags>({
    name,
    weight,
    isReading: event === undefined,
    choices: fc.record({
      ...chatChoice,
      ...definition.choices,
      ...(takesNow && { own: fc.boolean() }),
      ...(event && { notify: fc.boolean() }),
    }) as unknown as fc.Arbitrary<ChatChoice & Choice & Flags>,
    resolve({ model }, choice) {
      const { key, isStranger, chat } = chooseChat(model, choice, prefers)
      const args = argsOf ? argsOf(model, chat, choice) : (choice as unknown as Args)
      return args && moveOf(key, args, { ...choice, isStranger })
    },
    race: (focus) =>
      fc
        .tuple(
          mostly(focus.chatId, raceChatIds),
          raceArgs?.(focus) ?? fc.constant(simple(undefined)),
        )
        .map(([chatId, args]) => moveOf({ chatId }, args)),
  })
  return { ...operation, moveOn: (key, chat) => moveOf(key, simple(chat)) }
}

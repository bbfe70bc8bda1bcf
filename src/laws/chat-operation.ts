import fc from 'fast-check'
import {
  type ChatChoice,
  type ChatKey,
  chatChoice,
  chooseChat,
  mostly,
  type Preference,
  raceChatIds,
} from './choices.js'
import type { MainEvent } from './model/events.js'
import type { Chat, Model } from './model/model.js'
import type { Time } from './model/time.js'
import {
  defineOperation,
  type ExecutionContext,
  type Move,
  type Operation,
  type RaceFocus,
  type RaceMove,
} from './operation.js'

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
  /** The arguments for a choice, or undefined if there are none in this state. */
  argsOf?(model: Model, chat: Chat, choice: Choice & ChatChoice): Args | undefined
  /** Arguments for calls by strangers and, by default, for races. */
  readonly simple: Args
  raceArgs?(focus: RaceFocus): fc.Arbitrary<Args>
  says(chat: string, args: Args): string
  /** What a move may change besides the rows of its chat, and its variant. */
  flags?(chatId: string, args: Args): Partial<Move>
  execute(caller: Caller, params: Params, args: Args): Promise<unknown>
  predict(model: Model, key: ChatKey, now: Time, args: Args, answer: unknown): unknown
}

/** An operation on one chat. */
export interface ChatOperation extends Operation {
  /** The operation with simple arguments. */
  moveOn(key: ChatKey): Move
  /** Calls the operation with simple arguments. */
  call(caller: Caller, key: ChatKey): Promise<unknown>
}

interface Flags {
  readonly own?: boolean
  readonly notify?: boolean
  readonly isStranger?: boolean
}

/** Defines an operation on one chat, whose arguments are the choices unless `argsOf` is given. */
export function defineChatOperation<Args extends object, Choice extends object = Args>(
  definition: Definition<Args, Choice>,
): ChatOperation {
  const { name, weight = 1, event, prefers, simple, argsOf, raceArgs } = definition
  const takesNow = definition.takesNow ?? event !== undefined
  const moveOf = (key: ChatKey, args: Args, flags: Flags = {}): Move => {
    const { own = false, notify = false, isStranger = false } = flags
    return {
      says: definition.says(`${key.chatId}${isStranger ? ' as a stranger' : ''}`, args),
      isStranger,
      ...(event && { chats: [key.chatId], usesOwnClock: own }),
      ...(event && notify && { notifies: event }),
      ...definition.flags?.(key.chatId, args),
      execute: (context) => {
        const params = { ...key, ...(takesNow && context.now), ...(event && { notify }) }
        return definition.execute(context, params, args)
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
      const found = chooseChat(model, choice, prefers)
      if (!found) return undefined
      const { key, isStranger } = found
      const chat = model.chats.get(key.chatId)!
      const args = argsOf ? argsOf(model, chat, choice) : (choice as unknown as Args)
      return args && moveOf(key, args, { ...choice, isStranger })
    },
    race: (focus) =>
      fc.tuple(mostly(focus.chatId, raceChatIds), raceArgs?.(focus) ?? fc.constant(simple)).map(
        ([chatId, args]): RaceMove =>
          () =>
            moveOf({ chatId }, args),
      ),
  })
  return {
    ...operation,
    moveOn: (key) => moveOf(key, simple),
    call: (caller, key) => definition.execute(caller, key, simple),
  }
}

import type { Model } from './model.js'

/** What a notification says about a chat. */
type ChatEvent =
  | 'created'
  | 'message_added'
  | 'bound'
  | 'follows_set'
  | 'archived'
  | 'unarchived'
  | 'unpinned'
  | 'deleted'
  | 'hydrated'
  | 'followed'
  | 'dirtied'
  | 'settled'
  | 'refreshed'

/**
 * The event that an operation sends for the chats that it was called for; `changes` if it sends
 * only what hydrating and settling changed.
 */
export type MainEvent = ChatEvent | 'changes'

/** The parts of an answer that name chats. */
interface Answer {
  readonly chat?: string
  readonly changed?: boolean
  readonly bound?: readonly string[]
  readonly unbound?: readonly string[]
  readonly archived?: readonly string[]
  readonly refreshed?: readonly string[]
  readonly hydrated?: readonly string[] | boolean
  readonly followed?: readonly string[]
  readonly dirtied?: readonly string[]
  readonly settled?: readonly string[]
}

/**
 * The notifications that an operation sends when it is committed: one per chat. If a chat has
 * several events, only the last one is sent.
 *
 * @param main The event of the operation itself; `changes` if it only hydrates and settles.
 * @param answer The answer of the model.
 */
export function eventsOf(
  main: MainEvent,
  answer: unknown,
  { before, after }: { readonly before: Model; readonly after: Model },
): string[] {
  const { chat, changed = true, bound, unbound, archived, ...parts } = (answer ?? {}) as Answer
  const several = bound ?? unbound ?? archived ?? []
  const asked = chat === undefined ? several : changed ? [chat] : []
  const gone = [...before.chats.keys()].filter((id) => !after.chats.has(id))
  const events = new Map<string, ChatEvent>()
  if (main !== 'changes') for (const id of main === 'deleted' ? gone : asked) events.set(id, main)
  for (const event of ['hydrated', 'followed', 'dirtied', 'settled', 'refreshed'] as const) {
    const ids = parts[event]
    // The answer of createChat has a boolean here, which is no event.
    if (typeof ids !== 'object') continue
    for (const id of ids) events.set(id, event)
  }
  return [...events].map(([chatId, event]) => {
    const { ownerId } = (after.chats.get(chatId) ?? before.chats.get(chatId))!
    return JSON.stringify({ event, chatId, ownerId })
  })
}

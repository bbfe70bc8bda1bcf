import { type Chat, inOrder, liveOf, type Model, type Time } from './model.js'
import { replace } from './replace.js'

/** The ids of the chats of which something changed, each list ascending. */
export interface Changes {
  readonly hydrated: readonly string[]
  readonly dirtied: readonly string[]
  readonly settled: readonly string[]
}

export const noChanges: Changes = { hydrated: [], dirtied: [], settled: [] }

/** Takes the live context as the pins of a chat: what hydrating and refreshing have in common. */
export function pin(model: Model, chat: Chat, now: Time): void {
  const live = liveOf(model, chat)!
  chat.pins = replace(chat.pins, live.resources, now)
  chat.pinnedHash = live.hash
  chat.error = live.error
  chat.dirtySince = null
}

/**
 * Hydrates the chats that have no pins, where there is a live context, and sets or clears the
 * mark of those that have: it is the time of the first drift. Archived chats are left alone.
 */
export function settle(model: Model, chats: readonly Chat[], now: Time): Changes {
  const changes = { hydrated: [] as string[], dirtied: [] as string[], settled: [] as string[] }
  for (const chat of inOrder(chats)) {
    if (chat.archived) continue
    const live = liveOf(model, chat)
    if (chat.pinnedHash === null) {
      if (!live) continue
      pin(model, chat, now)
      changes.hydrated.push(chat.id)
      continue
    }
    const drifted = live !== undefined && live.hash !== chat.pinnedHash
    if (drifted === (chat.dirtySince !== null)) continue
    chat.dirtySince = drifted ? now : null
    changes[drifted ? 'dirtied' : 'settled'].push(chat.id)
  }
  return changes
}

import { pin, refuseUnready } from './live-context.js'
import { findChat, liveOf, type Model, type Resources, type Time } from './model.js'

/**
 * Replaces the pins of one chat, archived or not, with the live context, and takes off its mark.
 * Without a ready live context it is refused, and the pins stay.
 */
export function refresh(
  model: Model,
  key: { readonly chatId: string; readonly ownerId?: string },
  now: Time,
) {
  const chat = findChat(model, key)
  const before = chat.pins
  refuseUnready(liveOf(model, chat))
  pin(model, chat, now)
  return { chat: chat.id, aggregateHash: chat.pinnedHash, ...count(before, chat.pins) }
}

function count(before: Resources, after: Resources) {
  const fresh = [...after.keys()].filter((source) => !before.has(source))
  const kept = [...after].filter(([source, row]) => before.get(source) === row)
  const added = fresh.length
  const replaced = after.size - added - kept.length
  const removed = [...before.keys()].filter((source) => !after.has(source)).length
  return { added, replaced, removed }
}

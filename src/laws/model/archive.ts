import { noChanges, settle } from './live-context.js'
import { findChat, type Model, type Time } from './model.js'

type Key = { readonly chatId: string; readonly ownerId?: string }

/** Puts a chat away, which moves its time; one that is away already stays as it is. */
export function archive(model: Model, key: Key, now: Time) {
  const chat = findChat(model, key)
  if (chat.archived) return { chat: chat.id, changed: false }
  chat.archived = true
  chat.updatedAt = now
  return { chat: chat.id, changed: true }
}

/** Takes a chat out of the archive, which moves its time, and hydrates or settles it. */
export function unarchive(model: Model, key: Key, now: Time) {
  const chat = findChat(model, key)
  if (!chat.archived) return { chat: chat.id, changed: false, ...noChanges }
  chat.archived = false
  chat.updatedAt = now
  return { chat: chat.id, changed: true, ...settle(model, [chat], now) }
}

import { findChat, type Model } from './model.js'

/** Takes the pins, the pinned hash, the mark and the error off a chat. */
export function unpin(model: Model, key: { readonly chatId: string; readonly ownerId?: string }) {
  const chat = findChat(model, key)
  const removed = chat.pins.size
  chat.pins = new Map()
  chat.pinnedHash = null
  chat.dirtySince = null
  chat.error = ''
  return { chat: chat.id, removed }
}

import { findChat, type Model, type Time } from './model.js'

/** Messages move the time of their chat. What they say is the host's, and not modelled. */
export function addMessages(
  model: Model,
  key: { readonly chatId: string; readonly ownerId?: string },
  now: Time,
) {
  const chat = findChat(model, key)
  chat.updatedAt = now
  return { chat: chat.id }
}

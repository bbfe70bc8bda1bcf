import type { ChatMessageRole, JsonValue } from '../../schema/index.js'
import { findChat, type Model, type Time } from './model.js'

/** Adds messages to a chat, in order, and moves its time. Their ids are the database's to give. */
export function addMessages(
  model: Model,
  key: { readonly chatId: string; readonly ownerId?: string },
  messages: readonly {
    readonly id: bigint
    readonly role: ChatMessageRole
    readonly content?: JsonValue | undefined
  }[],
  now: Time,
) {
  const chat = findChat(model, key)
  const added = messages.map(({ id, role, content }) => ({
    ...{ id, role, content, createdAt: now },
    ...{ compressed: false, deleted: false },
  }))
  chat.messages = [...chat.messages, ...added]
  chat.updatedAt = now
  return { chat: chat.id }
}

import type { Model } from './model.js'

/** What a host does to the messages of a chat by itself, which moves no time. */
export function compactMessages(
  model: Model,
  chatId: string,
  column: 'compressed' | 'deleted',
): void {
  const chat = model.chats.get(chatId)!
  chat.messages = chat.messages.map((message) => ({ ...message, [column]: true }))
}

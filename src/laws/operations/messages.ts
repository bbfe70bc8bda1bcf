import fc from 'fast-check'
import { message } from '../arbitraries/chat.js'
import { pickChat, place } from '../choices.js'
import { findChat, type Message } from '../model/model.js'
import { defineChatOperation, defineOperation, hostStatements } from '../operation.js'

type NewMessage = Pick<Message, 'role'> & Partial<Pick<Message, 'content'>>

export const addMessages = defineChatOperation<{ readonly messages: readonly NewMessage[] }>({
  name: 'add messages',
  weight: 2,
  event: 'message_added',
  choices: { messages: fc.array(message(), { minLength: 1, maxLength: 3 }) },
  simple: () => ({ messages: [{ role: 'user', content: 'Hello' }] }),
  says: (chat, { messages }) => `add ${messages.length} messages to ${chat}`,
  flags: (chatId) => ({ touches: [chatId], writes: ['chat_messages'] }),
  execute: ({ queryable, operations }, params, { messages }) =>
    operations.addMessages(queryable, { ...params, messages }),
  /**
   * Adds messages to a chat, in order, and sets its time. The database generates their ids, which
   * have to ascend.
   */
  predict(model, key, now, { messages }, answer) {
    const chat = findChat(model, key)
    const { ids = [] } = (answer ?? {}) as { ids?: readonly string[] }
    const isGood =
      ids.length === messages.length && ids.every((id, n) => n === 0 || id > ids[n - 1]!)
    const added = messages.map(({ role, content }, n) => ({
      ...{ id: ids[n]!, role, content, createdAt: now },
      ...{ compressed: false, deleted: false },
    }))
    chat.messages = [...chat.messages, ...(isGood ? added : [])]
    chat.updatedAt = now
    return { chat: chat.id, ids: isGood ? ids : 'one for each message, ascending' }
  },
})

/** The host marks messages as summarised or deleted, which does not change the time of the chat. */
export const compactMessages = defineOperation({
  name: 'compact messages',
  isHosts: true,
  choices: fc.record({
    chat: place,
    column: fc.constantFrom('compressed' as const, 'deleted' as const),
  }),
  resolve: ({ model }, { chat, column }) => {
    const chatId = pickChat(model, chat, [])?.id
    if (!chatId) return undefined
    return {
      says: `mark the messages of ${chatId} as ${column}`,
      variant: column,
      chats: [chatId],
      writes: ['chat_messages'],
      execute: hostStatements([
        `UPDATE {chat_messages} SET ${column} = true WHERE chat_id = $1`,
        chatId,
      ]),
      predict(model) {
        const chat = model.chats.get(chatId)!
        chat.messages = chat.messages.map((one) => ({ ...one, [column]: true }))
      },
    }
  },
})

import fc from 'fast-check'
import { message } from '../arbitraries/chat.js'
import {
  type ChatKey,
  type ChosenChat,
  chatChoice,
  chatWrite,
  chooseChat,
  pickChat,
  place,
  raceOnChat,
  type WriteChoice,
  writeChoice,
} from '../choices.js'
import { findChat, type Message, type Model } from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineOperation, type Move } from '../operation.js'

type NewMessage = Pick<Message, 'role'> & Partial<Pick<Message, 'content'>>

/**
 * Adds messages to a chat, in order, and sets its time. The database generates their ids, which
 * have to ascend.
 */
function predict(
  model: Model,
  key: ChatKey,
  messages: readonly NewMessage[],
  at: Time,
  answer: unknown,
) {
  const chat = findChat(model, key)
  const { ids = [] } = (answer ?? {}) as { ids?: readonly bigint[] }
  const isGood = ids.length === messages.length && ids.every((id, n) => n === 0 || id > ids[n - 1]!)
  const added = isGood
    ? messages.map(({ role, content }, n) => ({
        ...{ id: ids[n]!, role, content, createdAt: at },
        ...{ compressed: false, deleted: false },
      }))
    : []
  chat.messages = [...chat.messages, ...added]
  chat.updatedAt = at
  return { chat: chat.id, ids: isGood ? ids : 'one for each message, ascending' }
}

const moveOf = (
  chat: ChosenChat,
  messages: readonly NewMessage[],
  choice: WriteChoice = {},
): Move => ({
  says: `add ${messages.length} messages to ${chat.text}`,
  ...chatWrite(chat, 'message_added', choice),
  touches: [chat.key.chatId],
  writes: ['chat_messages'],
  execute: ({ queryable, operations, now }) =>
    operations.addMessages(queryable, { ...chat.key, messages, ...now, notify: choice.notify }),
  predict: (model, at, answer) => predict(model, chat.key, messages, at, answer),
})

export const addMessages = defineOperation({
  name: 'add messages',
  weight: 2,
  choices: fc.record({
    ...chatChoice,
    messages: fc.array(message(), { minLength: 1, maxLength: 3 }),
    ...writeChoice,
  }),
  resolve: ({ model }, { messages, ...choice }) => {
    const chat = chooseChat(model, choice)
    return chat && moveOf(chat, messages, choice)
  },
  race: raceOnChat((chat) => moveOf(chat, [{ role: 'user', content: 'Hello' }])),
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
      async execute({ queryable, table }) {
        const text = `UPDATE ${table('chat_messages')} SET ${column} = true WHERE chat_id = $1`
        await queryable.transaction((transaction) => transaction.query(text, [chatId]))
      },
      predict(model) {
        const chat = model.chats.get(chatId)!
        chat.messages = chat.messages.map((one) => ({ ...one, [column]: true }))
      },
    }
  },
})

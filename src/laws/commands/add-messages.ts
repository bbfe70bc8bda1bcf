import fc from 'fast-check'
import { message } from '../arbitraries/chat.js'
import { askFor, chatKey } from '../choices.js'
import { addMessages as specified } from '../model/add-messages.js'
import { defineCommand } from '../move.js'

export const addMessages = defineCommand({
  name: 'add messages',
  weight: 2,
  choices: fc.record({
    ...chatKey,
    messages: fc.array(message(), { minLength: 1, maxLength: 3 }),
    own: fc.boolean(),
    notify: fc.boolean(),
  }),
  aim: ({ model, nameOf }, { messages, own, notify, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `add ${messages.length} messages to ${nameOf(chatId)}${said}`,
      chats: [chatId],
      moves: [chatId],
      writes: ['chat_messages'],
      isStranger,
      usesOwnClock: own,
      ...(notify && { notifies: 'message_added' }),
      act: ({ queryable, operations, now }) =>
        operations.addMessages(queryable, { ...key, messages, ...now, notify }),
      predict(model, at, answer) {
        // Their ids are the database's to give: as many as there are messages, ascending.
        const { ids = [] } = (answer ?? {}) as { ids?: readonly bigint[] }
        const good =
          ids.length === messages.length && ids.every((id, n) => n === 0 || id > ids[n - 1]!)
        const added = good ? messages.map((one, n) => ({ ...one, id: ids[n]! })) : []
        const { chat } = specified(model, key, added, at)
        return { chat, ids: good ? ids : 'one for each message, ascending' }
      },
    }
  },
})

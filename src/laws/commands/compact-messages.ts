import fc from 'fast-check'
import { pickChat, place } from '../choices.js'
import { compactMessages as specified } from '../model/compact-messages.js'
import { defineCommand } from '../move.js'

/** Messages are taken up in a summary, or deleted by their user: the host's own UPDATE. */
export const compactMessages = defineCommand({
  name: 'compact messages',
  isHosts: true,
  choices: fc.record({
    chat: place,
    column: fc.constantFrom('compressed' as const, 'deleted' as const),
  }),
  aim: ({ model, nameOf }, { chat, column }) => {
    const found = pickChat(model, chat, [])
    if (!found) return undefined
    return {
      says: `mark the messages of ${nameOf(found.id)} as ${column}`,
      variant: column,
      chats: [found.id],
      writes: ['chat_messages'],
      async act({ queryable, table }) {
        const text = `UPDATE ${table('chat_messages')} SET ${column} = true WHERE chat_id = $1`
        await queryable.transaction((transaction) => transaction.query(text, [found.id]))
      },
      predict: (model) => specified(model, found.id, column),
    }
  },
})

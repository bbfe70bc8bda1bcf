import fc from 'fast-check'
import { askFor, chatKey } from '../choices.js'
import { getChatContext } from '../model/chat-context.js'
import { defineCommand } from '../move.js'

/** What a chat says of its pins: hydrated, dirty, and how many there are by kind and status. */
export const readContext = defineCommand({
  name: 'read context',
  isReading: true,
  choices: fc.record({ ...chatKey, many: fc.boolean() }),
  aim: ({ model, nameOf }, { many, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    if (!many) {
      return {
        says: `read the context of ${nameOf(chatId)}${said}`,
        variant: 'one',
        isStranger,
        act: ({ queryable, operations }) => operations.getChatContext(queryable, key),
        predict: (model) => getChatContext(model, key),
      }
    }
    const { ownerId } = key
    const chatIds = [...model.chats.keys()].reverse()
    return {
      says: `read the contexts of all chats${said}`,
      variant: 'many',
      act: ({ queryable, operations }) =>
        operations.getChatContexts(queryable, { chatIds, ...(ownerId && { ownerId }) }),
      predict: (model) =>
        chatIds
          .filter((id) => ownerId === undefined || model.chats.get(id)!.ownerId === ownerId)
          .map((id) => getChatContext(model, { chatId: id })),
    }
  },
})

import fc from 'fast-check'
import { askFor, chatKey } from '../choices.js'
import { deleteChat as specified } from '../model/purge.js'
import { defineCommand } from '../move.js'

export const deleteChat = defineCommand({
  name: 'delete chat',
  choices: fc.record({ ...chatKey, notify: fc.boolean() }),
  aim: ({ model, nameOf }, { notify, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `delete ${nameOf(chatId)}${said}`,
      chats: [chatId],
      repins: [chatId],
      isStranger,
      deletesChats: true,
      ...(notify && { notifies: 'deleted' }),
      act: ({ queryable, operations }) => operations.deleteChat(queryable, { ...key, notify }),
      predict: (model) => specified(model, key),
    }
  },
})

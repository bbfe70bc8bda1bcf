import fc from 'fast-check'
import { askFor, chatKey } from '../choices.js'
import { unpin as specified } from '../model/unpin.js'
import { defineCommand } from '../move.js'

export const unpin = defineCommand({
  name: 'unpin',
  choices: fc.record({ ...chatKey, notify: fc.boolean() }),
  aim: ({ model, nameOf }, { notify, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `unpin ${nameOf(chatId)}${said}`,
      chats: [chatId],
      repins: [chatId],
      isStranger,
      ...(notify && { notifies: 'unpinned' }),
      act: ({ queryable, operations }) => operations.unpin(queryable, { ...key, notify }),
      predict: (model) => specified(model, key),
    }
  },
})

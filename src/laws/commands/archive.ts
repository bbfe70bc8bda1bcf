import fc from 'fast-check'
import { askFor, chatKey, isBusy } from '../choices.js'
import { archive as specified } from '../model/archive.js'
import { defineCommand } from '../move.js'

export const archive = defineCommand({
  name: 'archive',
  weight: 8,
  choices: fc.record({ ...chatKey, own: fc.boolean(), notify: fc.boolean() }),
  aim: ({ model, nameOf }, { own, notify, ...choice }) => {
    const found = askFor(model, choice, [isBusy, (_, chat) => !chat.archived])
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `archive ${nameOf(chatId)}${said}`,
      chats: [chatId],
      moves: [chatId],
      isStranger,
      usesOwnClock: own,
      ...(notify && { notifies: 'archived' }),
      act: ({ queryable, operations, now }) =>
        operations.archive(queryable, { ...key, ...now, notify }),
      predict: (model, at) => specified(model, key, at),
    }
  },
})

/** Puts the newest chat away. */
export const openingArchive = { chat: 0, as: 'anybody', own: false, notify: false }

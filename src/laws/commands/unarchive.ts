import fc from 'fast-check'
import { askFor, chatKey, type Preference } from '../choices.js'
import { unarchive as specified } from '../model/archive.js'
import { liveOf } from '../model/model.js'
import { defineCommand } from '../move.js'

/** Would be hydrated, or have its mark set or cleared, if it were not archived. */
const waits: Preference = (model, chat) => {
  const live = liveOf(model, chat)
  if (!chat.archived) return false
  if (chat.pinnedHash === null) return live !== undefined
  return (chat.dirtySince !== null) !== (live !== undefined && live.hash !== chat.pinnedHash)
}

export const unarchive = defineCommand({
  name: 'unarchive',
  weight: 2,
  choices: fc.record({ ...chatKey, own: fc.boolean(), notify: fc.boolean() }),
  aim: ({ model, nameOf }, { own, notify, ...choice }) => {
    const found = askFor(model, choice, [waits, (_, chat) => chat.archived])
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `unarchive ${nameOf(chatId)}${said}`,
      chats: [chatId],
      moves: [chatId],
      isStranger,
      usesOwnClock: own,
      ...(notify && { notifies: 'unarchived' }),
      act: ({ queryable, operations, now }) =>
        operations.unarchive(queryable, { ...key, ...now, notify }),
      predict: (model, at) => specified(model, key, at),
    }
  },
})

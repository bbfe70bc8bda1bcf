import fc from 'fast-check'
import { askFor, chatKey, isBusy, type Preference } from '../choices.js'
import { archive as archived, unarchive as unarchived } from '../model/archive.js'
import { liveOf } from '../model/model.js'
import { defineCommand } from '../move.js'

/** Would be hydrated, or have its mark set or cleared, if it were not archived. */
const waits: Preference = (model, chat) => {
  const live = liveOf(model, chat)
  if (!chat.archived) return false
  if (chat.pinnedHash === null) return live !== undefined
  return (chat.dirtySince !== null) !== (live !== undefined && live.hash !== chat.pinnedHash)
}

const make = (name: 'archive' | 'unarchive', weight: number, preferences: readonly Preference[]) =>
  defineCommand({
    name,
    weight,
    choices: fc.record({ ...chatKey, own: fc.boolean(), notify: fc.boolean() }),
    aim: ({ model, nameOf }, { own, notify, ...choice }) => {
      const found = askFor(model, choice, preferences)
      if (!found) return undefined
      const { chatId, key, isStranger, said } = found
      return {
        says: `${name} ${nameOf(chatId)}${said}`,
        chats: [chatId],
        moves: [chatId],
        isStranger,
        usesOwnClock: own,
        act: ({ queryable, operations, now }) =>
          operations[name](queryable, { ...key, ...now, notify }),
        predict: (model, at) => (name === 'archive' ? archived : unarchived)(model, key, at),
      }
    },
  })

export const archive = make('archive', 8, [isBusy, (_, chat) => !chat.archived])
export const unarchive = make('unarchive', 2, [waits, (_, chat) => chat.archived])

/** Puts the newest chat away. */
export const openingArchive = { chat: 0, as: 'anybody', own: false, notify: false }

import fc from 'fast-check'
import { askFor, chatKey } from '../choices.js'
import { archive as archived, unarchive as unarchived } from '../model/archive.js'
import { defineCommand } from '../move.js'

const make = (name: 'archive' | 'unarchive', weight: number) =>
  defineCommand({
    name,
    weight,
    choices: fc.record({
      ...chatKey,
      drifted: fc.boolean(),
      own: fc.boolean(),
      notify: fc.boolean(),
    }),
    aim: ({ model, nameOf }, { own, notify, ...choice }) => {
      const found = askFor(model, choice)
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

export const archive = make('archive', 5)
export const unarchive = make('unarchive', 2)

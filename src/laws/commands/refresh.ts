import fc from 'fast-check'
import { askFor, chatKey, isBusy, isDrifted } from '../choices.js'
import { refresh as specified } from '../model/refresh.js'
import { defineCommand } from '../move.js'

export const refresh = defineCommand({
  name: 'refresh',
  weight: 6,
  choices: fc.record({
    ...chatKey,
    own: fc.boolean(),
    notify: fc.boolean(),
  }),
  aim: ({ model, nameOf }, { own, notify, ...choice }) => {
    const found = askFor(model, choice, [isDrifted, isBusy])
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `refresh ${nameOf(chatId)}${said}`,
      chats: [chatId],
      repins: [chatId],
      isStranger,
      usesOwnClock: own,
      act: ({ queryable, operations, now }) =>
        operations.refresh(queryable, { ...key, ...now, notify }),
      predict: (model, at) => specified(model, key, at),
    }
  },
})

import fc from 'fast-check'
import { askFor, chatKey, isBusy, isDrifted, type Preference } from '../choices.js'
import { liveOf } from '../model/model.js'
import { refresh as specified } from '../model/refresh.js'
import { defineCommand } from '../move.js'

/** The hashes are equal, and yet a row is not: in its body, its size or a text. */
const differsUnseen: Preference = (model, chat) =>
  isDrifted(model, chat) && liveOf(model, chat)!.hash === chat.pinnedHash

export const refresh = defineCommand({
  name: 'refresh',
  weight: 6,
  choices: fc.record({
    ...chatKey,
    own: fc.boolean(),
    notify: fc.boolean(),
  }),
  aim: ({ model, nameOf }, { own, notify, ...choice }) => {
    const found = askFor(model, choice, [differsUnseen, isDrifted, isBusy])
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `refresh ${nameOf(chatId)}${said}`,
      chats: [chatId],
      repins: [chatId],
      isStranger,
      usesOwnClock: own,
      ...(notify && { notifies: 'refreshed' }),
      act: ({ queryable, operations, now }) =>
        operations.refresh(queryable, { ...key, ...now, notify }),
      predict: (model, at) => specified(model, key, at),
    }
  },
})

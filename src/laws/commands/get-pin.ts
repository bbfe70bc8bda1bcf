import fc from 'fast-check'
import { askFor, chatKey, pick, place } from '../choices.js'
import { getPin as specified } from '../model/pins.js'
import { defineCommand } from '../move.js'

/** One pin with its body, or one that is not there. */
export const getPin = defineCommand({
  name: 'get a pin',
  isReading: true,
  choices: fc.record({ ...chatKey, which: place }),
  aim: ({ model, nameOf }, { which, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    const pinned = pick([...model.chats.get(chatId)!.pins.keys()], which)
    const source = pinned ?? '/nowhere'
    return {
      says: `get the pin ${JSON.stringify(source)} of ${nameOf(chatId)}${said}`,
      variant: pinned === undefined ? 'none' : 'one',
      isStranger,
      act: ({ queryable, operations }) => operations.getPin(queryable, { ...key, source }),
      predict: (model) => specified(model, key, source),
    }
  },
})

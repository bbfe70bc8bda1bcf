import fc from 'fast-check'
import { askFor, chatKey } from '../choices.js'
import { listPins as specified } from '../model/pins.js'
import { defineCommand } from '../move.js'

/** The pins of a chat, in the order of the bytes of their sources. */
export const listPins = defineCommand({
  name: 'list pins',
  isReading: true,
  choices: fc.record({ ...chatKey, bodies: fc.boolean() }),
  aim: ({ model, nameOf }, { bodies, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `list the pins of ${nameOf(chatId)}${bodies ? ' with their bodies' : ''}${said}`,
      variant: bodies ? 'with bodies' : 'without bodies',
      isStranger,
      act: ({ queryable, operations }) => operations.listPins(queryable, { ...key, bodies }),
      predict: (model) => specified(model, key, { bodies }),
    }
  },
})

import fc from 'fast-check'
import { askFor, chatKey } from '../choices.js'
import { prompt as specified } from '../model/prompt.js'
import { defineCommand } from '../move.js'

/** The prompt of a chat. Law 3 looks at its text around deletions as well. */
export const prompt = defineCommand({
  name: 'prompt',
  isReading: true,
  choices: fc.record(chatKey),
  aim: ({ model, nameOf }, choice) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `write the prompt of ${nameOf(chatId)}${said}`,
      isStranger,
      act: ({ queryable, operations }) => operations.prompt(queryable, key),
      predict: (model) => specified(model, key),
    }
  },
})

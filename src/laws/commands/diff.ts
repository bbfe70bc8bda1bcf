import fc from 'fast-check'
import { askFor, chatKey, isBusy, isDrifted } from '../choices.js'
import { diff as specified } from '../model/diff.js'
import { defineCommand } from '../move.js'

/**
 * What is live against what is pinned, both sides with their texts. Law 10 applies it at the end.
 */
export const diff = defineCommand({
  name: 'diff',
  isReading: true,
  choices: fc.record(chatKey),
  aim: ({ model, nameOf }, choice) => {
    const found = askFor(model, choice, [isDrifted, isBusy])
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `diff ${nameOf(chatId)}${said}`,
      isStranger,
      act: ({ queryable, operations }) => operations.diff(queryable, key),
      predict: (model) => specified(model, key),
    }
  },
})

import { usesOfAddedValues } from '../added-values.js'
import type { Rule } from '../rule.js'

export const enumValueUsedAtOnce: Rule = {
  id: 'enum-value-used-at-once',
  why:
    'PostgreSQL refuses a value of an enum in the transaction that added it; where the type is ' +
    'as new, before version 17.',
  instead: 'Use the value in a later migration, which is a later transaction.',
  needsCatalog: false,
  *check({ scripts }, catalog) {
    for (const script of scripts) {
      // A literal may be spelt alike and be something else, which the engine knows.
      if (catalog?.allowedValues.has(script)) continue
      for (const { at, type, value } of usesOfAddedValues(script)) {
        const message = `'${value}' was added to ${type} by this file, in the same transaction.`
        yield { script, at, message }
      }
    }
  },
}

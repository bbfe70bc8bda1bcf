import { usesOfAddedValues } from '../file-changes.js'
import type { Rule } from '../rule.js'

export const typeChangeRewrites: Rule = {
  id: 'type-change-rewrites',
  why:
    'Most changes of a type write the whole table and its indexes anew, which nobody can read or ' +
    'write meanwhile.',
  instead:
    'Add a column of the new type, write both, fill the old rows in batches, and drop the old ' +
    'one in a later release.',
  needsCatalog: true,
  *check(_folder, { rewrites }) {
    for (const [script, changes] of rewrites) {
      for (const { by, at, table, column } of changes) {
        if (by !== 'type') continue
        yield { script, at, message: `${table} is written anew for the new type of ${column}.` }
      }
    }
  },
}

export const volatileDefault: Rule = {
  id: 'volatile-default',
  why:
    'A default that differs from row to row writes the whole table anew, which nobody can read ' +
    'or write meanwhile.',
  instead:
    'Add the column without the default, set the default in a second statement, and fill the old ' +
    'rows in batches.',
  needsCatalog: true,
  *check(_folder, { rewrites }) {
    for (const [script, changes] of rewrites) {
      for (const { by, at, table, column, always, functions } of changes) {
        if (by !== 'default') continue
        const value = always ? `is ${always}` : `calls ${[...new Set(functions)].join(', ')}`
        const why = `since ${column} ${value} and differs from row to row`
        yield { script, at, message: `${table} is written anew, ${why}.` }
      }
    }
  },
}

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

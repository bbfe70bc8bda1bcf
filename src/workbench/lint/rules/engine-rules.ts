import { usesOfAddedValues } from '../file-changes.js'
import type { Rule } from '../rule.js'

export const typeChangeRewrites: Rule = {
  id: 'type-change-rewrites',
  why:
    'Most type changes rewrite the whole table and its indexes, and nobody can read or write the ' +
    'table meanwhile.',
  instead:
    'Add a column of the new type, write both, fill the old rows in batches, and drop the old ' +
    'one in a later release.',
  needs: 'catalog',
  *check({ catalog: { rewrites } }) {
    for (const { script, by, at, table, column } of rewrites) {
      if (by !== 'type') continue
      yield { script, at, message: `The new type of ${column} rewrites all of ${table}.` }
    }
  },
}

export const volatileDefault: Rule = {
  id: 'volatile-default',
  why:
    'A default that differs per row rewrites the whole table, and nobody can read or write the ' +
    'table meanwhile.',
  instead:
    'Add the column without the default, set the default in a second statement, and fill the old ' +
    'rows in batches.',
  needs: 'catalog',
  *check({ catalog: { rewrites } }) {
    for (const { script, by, at, table, column, always, functions } of rewrites) {
      if (by !== 'default') continue
      const value = always ? `is ${always}` : `calls ${[...new Set(functions)].join(', ')}`
      const why = `because ${column} ${value} and differs per row`
      yield { script, at, message: `This rewrites all of ${table}, ${why}.` }
    }
  },
}

export const enumValueUsedAtOnce: Rule = {
  id: 'enum-value-used-at-once',
  why:
    'PostgreSQL refuses to use an enum value in the transaction that added it (before version 17 ' +
    'even if the same transaction created the type).',
  instead: 'Use the value in a later migration.',
  *check({ scripts, catalog }) {
    for (const script of scripts) {
      // A literal may be spelt alike and be something else, which the engine knows.
      if (catalog.allowedValues.has(script)) continue
      for (const { at, type, value } of usesOfAddedValues(script)) {
        const message = `This file adds '${value}' to ${type} in the same transaction.`
        yield { script, at, message }
      }
    }
  },
}

import type { Rule } from '../rule.js'

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

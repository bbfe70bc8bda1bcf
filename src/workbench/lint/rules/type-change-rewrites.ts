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

import { makerOfForeignKey } from '../find-maker.js'
import type { ForeignKeyFacts } from '../read-tables.js'
import type { Rule } from '../rule.js'

export const foreignKeyWithoutIndex: Rule = {
  id: 'foreign-key-without-index',
  why:
    'Each deletion in the table that is referred to reads all of the other one, and holds locks ' +
    'while it does.',
  instead:
    'Make an index that begins with the columns of the foreign key. Where the table stays small, ' +
    'silence the rule and say so.',
  needsCatalog: true,
  *check(folder, catalog) {
    for (const { key: table, foreignKeys } of catalog.tables) {
      for (const key of foreignKeys) {
        if (key.indexConditions.some((condition) => covers(condition, key))) continue
        const columns = key.columns.join(', ')
        yield {
          ...makerOfForeignKey(folder, catalog, { table, key }),
          message:
            `No index of ${table} begins with ${columns}, by which a deletion in ` +
            `${key.references} looks for rows.`,
        }
      }
    }
  },
}

/** A partial index serves the foreign key if it leaves out only rows without a value. */
function covers(condition: string, { columns }: ForeignKeyFacts): boolean {
  const parts = condition.replace(/[()]/g, '').split(/ AND /)
  return parts.every((part) => {
    const name = part.trim().replace(/ IS NOT NULL$/, '')
    return part.trim() === '' || (part !== name && columns.includes(name.replaceAll('"', '')))
  })
}

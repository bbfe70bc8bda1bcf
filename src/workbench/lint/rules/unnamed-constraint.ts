import type { Constraint } from 'libpg-query'
import { nodeAs, nodesOf } from '../nodes-of.js'
import type { Rule } from '../rule.js'

const kinds: Partial<Record<NonNullable<Constraint['contype']>, string>> = {
  CONSTR_PRIMARY: 'PRIMARY KEY',
  CONSTR_UNIQUE: 'UNIQUE',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_CHECK: 'CHECK',
  CONSTR_EXCLUSION: 'EXCLUDE',
}

export const unnamedConstraint: Rule = {
  id: 'unnamed-constraint',
  why:
    'PostgreSQL makes up a name that depends on what is there already, so that code and later ' +
    'migrations that name it fail on some databases.',
  instead: 'Write CONSTRAINT and a name in front of it.',
  needsCatalog: false,
  *check({ scripts }) {
    for (const script of scripts) {
      for (const { node, start } of script.statements) {
        const create = nodeAs(node, 'CreateStmt')
        const where = create ?? nodeAs(node, 'AlterTableStmt')
        if (!where || where.relation?.relpersistence === 't') continue
        for (const constraint of nodesOf(where, 'Constraint')) {
          const { contype = 'CONSTR_NULL', conname, indexname, location } = constraint
          const kind = kinds[contype]
          // One that is made of an index has its name.
          if (!kind || conname || indexname) continue
          const message = `This ${kind} of ${where.relation?.relname} has no name.`
          yield { script, at: location ?? start, message }
        }
      }
    }
  },
}

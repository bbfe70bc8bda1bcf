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
  why: 'PostgreSQL makes up a name that depends on what is there already, so that code and later migrations that name it fail on some databases.',
  instead: 'Write CONSTRAINT and a name in front of it.',
  needsCatalog: false,
  *check({ scripts }) {
    for (const script of scripts) {
      for (const { node, start } of script.statements) {
        const create = nodeAs(node, 'CreateStmt')
        const where = create ?? nodeAs(node, 'AlterTableStmt')
        if (!where || where.relation?.relpersistence === 't') continue
        for (const { contype = 'CONSTR_NULL', conname, location } of nodesOf(where, 'Constraint')) {
          const kind = kinds[contype]
          if (!kind || conname) continue
          const message = `This ${kind} of ${where.relation?.relname} has no name.`
          yield { script, at: location ?? start, message }
        }
      }
    }
  },
}

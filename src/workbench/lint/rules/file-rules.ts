import type { Constraint, Node } from 'libpg-query'
import { splitStatements } from '../../../database/index.js'
import { needsNoTransaction } from '../../../migrations/index.js'
import type { Rule } from '../rule.js'
import { nodeAs, nodesOf, stringsOf } from '../syntax-tree.js'

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
    'PostgreSQL chooses a name that depends on the existing names, so code and later migrations ' +
    'that use the name fail on some databases.',
  instead: 'Write CONSTRAINT and a name before it.',
  *check({ scripts }) {
    for (const script of scripts) {
      for (const { node, start } of script.statements) {
        const on = nameOfConstrained(node)
        if (on === undefined) continue
        for (const constraint of nodesOf(node, 'Constraint')) {
          const { contype = 'CONSTR_NULL', conname, indexname, location } = constraint
          const kind = kinds[contype]
          // One that is made of an index has its name.
          if (!kind || conname || indexname) continue
          const message = `This ${kind} of ${on} has no name.`
          yield { script, at: location ?? start, message }
        }
      }
    }
  },
}

/** The table or domain that a statement may give constraints to; a temporary table is gone soon. */
function nameOfConstrained(node: Node): string | undefined {
  const table = nodeAs(node, 'CreateStmt') ?? nodeAs(node, 'AlterTableStmt')
  if (table) return table.relation?.relpersistence === 't' ? undefined : table.relation?.relname
  const made = nodeAs(node, 'CreateDomainStmt')?.domainname
  return stringsOf(made ?? nodeAs(node, 'AlterDomainStmt')?.typeName).at(-1)
}

export const upWithoutDown: Rule = {
  id: 'up-without-down',
  why: 'The release cannot be reverted.',
  instead: 'Write the down file, or declare that the folder has none (--forward-only).',
  applies: ({ forwardOnly }) => !forwardOnly,
  *check({ migrations }) {
    for (const { up, down } of migrations) {
      if (down) continue
      const message = `${up.file} has no down file beside it.`
      yield { script: up, at: up.statements[0]?.start ?? 0, message }
    }
  },
}

export const needsNoTransactionRule: Rule = {
  id: 'needs-no-transaction',
  why: 'PostgreSQL refuses the statement in a transaction, and migrations run in transactions.',
  instead: 'Move it to a migration of its own with no other statement.',
  *check({ scripts }) {
    for (const script of scripts.filter(({ transaction }) => transaction)) {
      for (const { start: at, end } of script.statements) {
        const text = script.source.slice(at, end)
        if (!needsNoTransaction(splitStatements(text))) continue
        const what = text.split(/\s/, 1)[0]!.toUpperCase()
        yield { script, at, message: `PostgreSQL refuses this ${what} in a transaction.` }
      }
    }
  },
}

export const oneStatementWithoutTransaction: Rule = {
  id: 'one-statement-without-transaction',
  why: 'If one of several statements fails without a transaction, the statements before it stay.',
  instead: 'Give each statement a migration of its own.',
  *check({ scripts }) {
    for (const script of scripts) {
      const { statements, transaction, file } = script
      if (transaction || statements.length === 1) continue
      // The second statement is the first one too many.
      const at = statements[1]?.start ?? 0
      const message = `${file} runs without a transaction and has ${statements.length} statements.`
      yield { script, at, message }
    }
  },
}

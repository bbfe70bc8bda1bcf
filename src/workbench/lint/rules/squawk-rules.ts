import { alterationsOf } from '../file-changes.js'
import type { Rule } from '../rule.js'
import { constraintsOf, defaultOf, nodeAs } from '../syntax-tree.js'

export const indexNotConcurrent: Rule = {
  id: 'index-not-concurrent',
  why:
    'Until an index is built, nobody can write to its table, or even read it if it serves a ' +
    'constraint.',
  instead:
    'Use CREATE INDEX CONCURRENTLY in a migration of its own, which then runs without a ' +
    'transaction. For a constraint, add it with USING INDEX in the next migration.',
  squawk: [
    'require-concurrent-index-creation',
    'disallowed-unique-constraint',
    'adding-serial-primary-key-field',
  ],
  /** squawk does not report exclusion constraints. */
  *checkFiles({ scripts }) {
    for (const script of scripts) {
      for (const { command, statement, table, isFresh } of alterationsOf(script)) {
        const added = nodeAs(command.def, 'Constraint')
        if (isFresh || added?.contype !== 'CONSTR_EXCLUSION') continue
        yield {
          script,
          at: added.location ?? statement.start,
          message: `Nobody can read or write ${table} until the index of this EXCLUDE is built.`,
          fix:
            'An exclusion constraint cannot be built concurrently. Add it while the table is ' +
            'small, and allow the rule.',
        }
      }
    }
  },
}

export const notNullWithoutDefault: Rule = {
  id: 'not-null-without-default',
  why: 'The statement works on an empty table and fails on a table with rows.',
  instead:
    'Give the column a constant default, or add it without NOT NULL, fill it, and set NOT NULL ' +
    'in a later migration.',
  squawk: ['adding-required-field'],
  /** squawk takes DEFAULT NULL for a default. */
  *checkFiles({ scripts }) {
    for (const script of scripts) {
      for (const { command, statement, table, isFresh } of alterationsOf(script)) {
        const column = nodeAs(command.def, 'ColumnDef')
        const kinds = constraintsOf(column).map(({ contype }) => contype)
        if (isFresh || !kinds.includes('CONSTR_NOTNULL') || !kinds.includes('CONSTR_DEFAULT')) {
          continue
        }
        if (defaultOf(column!) !== undefined) continue
        const message = `This fails if ${table} has a row: its ${column!.colname} would be NULL.`
        yield { script, at: column!.location ?? statement.start, message }
      }
    }
  },
}

export const constraintBlocksTable: Rule = {
  id: 'constraint-blocks-table',
  why: 'A constraint on an existing table reads all rows while nobody can write to the table.',
  instead:
    'Add it NOT VALID, which reads nothing, and VALIDATE CONSTRAINT in a later migration. ' +
    'For NOT NULL, validate a CHECK (column IS NOT NULL) first, and then allow this rule.',
  squawk: ['constraint-missing-not-valid', 'adding-not-nullable-field'],
}

export const renameInUse: Rule = {
  id: 'rename-in-use',
  why: 'Statements of processes of the previous version, which use the old name, fail.',
  instead:
    'For a table, leave a view with the old name. For a column, add the new one, write both, ' +
    'and drop the old one in a later release.',
  inDowns: false,
  squawk: ['renaming-table', 'renaming-column'],
}

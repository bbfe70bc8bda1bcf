import type { Rule } from './rule.js'
import { destroysWithoutNote } from './rules/destroys-without-note.js'
import { downDropsTypeOfAnother } from './rules/down-drops-type-of-another.js'
import { enumValueUsedAtOnce, typeChangeRewrites, volatileDefault } from './rules/engine-rules.js'
import {
  oneStatementWithoutTransaction,
  unnamedConstraint,
  upWithoutDown,
} from './rules/file-rules.js'
import { foreignKeyWithoutIndex, mirrorOutOfStep, ownerWithoutCascade } from './rules/key-rules.js'

/** The rules that squawk checks, with the names that our comments allow. */
const squawkRules: readonly Rule[] = [
  {
    id: 'index-not-concurrent',
    why:
      'Until an index is built, nobody can write to its table, or even read it if it serves a ' +
      'constraint.',
    instead:
      'Use CREATE INDEX CONCURRENTLY in a migration of its own, which then runs without a ' +
      'transaction. For a constraint, add it with USING INDEX in the next migration.',
    needsCatalog: false,
    squawk: [
      'require-concurrent-index-creation',
      'disallowed-unique-constraint',
      'adding-serial-primary-key-field',
    ],
  },
  {
    id: 'not-null-without-default',
    why: 'The statement works on an empty table and fails on a table with rows.',
    instead:
      'Give the column a constant default, or add it without NOT NULL, fill it, and set NOT NULL ' +
      'in a later migration.',
    needsCatalog: false,
    squawk: ['adding-required-field'],
  },
  {
    id: 'needs-no-transaction',
    why: 'PostgreSQL refuses the statement in a transaction, and migrations run in transactions.',
    instead: 'Move it to a migration of its own with no other statement.',
    needsCatalog: false,
    squawk: ['ban-concurrent-index-creation-in-transaction'],
  },
  {
    id: 'constraint-blocks-table',
    why: 'A constraint on an existing table reads all rows while nobody can write to the table.',
    instead:
      'Add it NOT VALID, which reads nothing, and VALIDATE CONSTRAINT in a later migration. ' +
      'For NOT NULL, validate a CHECK (column IS NOT NULL) first, and then allow this rule.',
    needsCatalog: false,
    squawk: ['constraint-missing-not-valid', 'adding-not-nullable-field'],
  },
  {
    id: 'rename-in-use',
    why: 'Statements of processes of the previous version, which use the old name, fail.',
    instead:
      'For a table, leave a view with the old name. For a column, add the new one, write both, ' +
      'and drop the old one in a later release.',
    needsCatalog: false,
    inDowns: false,
    squawk: ['renaming-table', 'renaming-column'],
  },
]

/** Every rule, in the order in which they are listed. */
export const lintRules: readonly Rule[] = [
  ownerWithoutCascade,
  foreignKeyWithoutIndex,
  downDropsTypeOfAnother,
  upWithoutDown,
  enumValueUsedAtOnce,
  volatileDefault,
  unnamedConstraint,
  destroysWithoutNote,
  oneStatementWithoutTransaction,
  mirrorOutOfStep,
  typeChangeRewrites,
  ...squawkRules,
]

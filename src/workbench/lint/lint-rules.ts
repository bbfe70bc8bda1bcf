import type { Rule } from './rule.js'
import { constraintBlocksTable } from './rules/constraint-blocks-table.js'
import { destroysWithoutNote } from './rules/destroys-without-note.js'
import { downDropsTypeOfAnother } from './rules/down-drops-type-of-another.js'
import { enumValueUsedAtOnce } from './rules/enum-value-used-at-once.js'
import { foreignKeyWithoutIndex } from './rules/foreign-key-without-index.js'
import { indexNotConcurrent } from './rules/index-not-concurrent.js'
import { mirrorOutOfStep } from './rules/mirror-out-of-step.js'
import { needsNoTransaction } from './rules/needs-no-transaction.js'
import { notNullWithoutDefault } from './rules/not-null-without-default.js'
import { oneStatementWithoutTransaction } from './rules/one-statement-without-transaction.js'
import { ownerWithoutCascade } from './rules/owner-without-cascade.js'
import { renameInUse } from './rules/rename-in-use.js'
import { typeChangeRewrites } from './rules/type-change-rewrites.js'
import { unnamedConstraint } from './rules/unnamed-constraint.js'
import { upWithoutDown } from './rules/up-without-down.js'
import { volatileDefault } from './rules/volatile-default.js'

/** Every rule, in the order in which they are listed. */
export const lintRules: readonly Rule[] = [
  ownerWithoutCascade,
  foreignKeyWithoutIndex,
  downDropsTypeOfAnother,
  upWithoutDown,
  enumValueUsedAtOnce,
  indexNotConcurrent,
  volatileDefault,
  notNullWithoutDefault,
  unnamedConstraint,
  destroysWithoutNote,
  oneStatementWithoutTransaction,
  needsNoTransaction,
  mirrorOutOfStep,
  constraintBlocksTable,
  typeChangeRewrites,
  renameInUse,
]

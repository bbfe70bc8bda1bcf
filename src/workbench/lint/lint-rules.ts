import type { Rule } from './rule.js'
import { destroysWithoutNote } from './rules/destroys-without-note.js'
import { downDropsTypeOfAnother } from './rules/down-drops-type-of-another.js'
import { enumValueUsedAtOnce, typeChangeRewrites, volatileDefault } from './rules/engine-rules.js'
import {
  needsNoTransactionRule,
  oneStatementWithoutTransaction,
  unnamedConstraint,
  upWithoutDown,
} from './rules/file-rules.js'
import { foreignKeyWithoutIndex, mirrorOutOfStep, ownerWithoutCascade } from './rules/key-rules.js'
import { squawkRules } from './rules/squawk-rules.js'

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
  needsNoTransactionRule,
  mirrorOutOfStep,
  typeChangeRewrites,
  ...squawkRules,
]

/**
 * Verifies, lints, generates and renumbers a folder of migrations.
 *
 * @module
 */

export type { WorkbenchErrorCode } from './error-codes.js'
export type { TruthSource } from './generate/generate.js'
export {
  type GeneratedFile,
  type GenerateOptions,
  generateTruths,
  type TruthName,
  truthNames,
} from './generate/generate.js'
export { findStale, type StaleFile, writeGenerated } from './generate/generated-files.js'
export { type LintFinding, type LintReport, lintMigrations } from './lint/lint-migrations.js'
export { lintRules } from './lint/lint-rules.js'
export type { LintOptions } from './lint/linted-folder.js'
export { badSilence } from './lint/silence.js'
export { manifestAt } from './manifest-at.js'
export { loadPeer } from './optional-packages.js'
export { printSteps, stepsBetween } from './print-steps.js'
export {
  applyRenumber,
  assertNotApplied,
  finishRenumber,
  hasUnfinishedRenumber,
} from './renumber/apply-renumber.js'
export { newMigration } from './renumber/new-migration.js'
export { planRenumber, type RenumberPlan } from './renumber/plan-renumber.js'
export { generateTarget, type TargetName, targetNames } from './targets/generate-target.js'
export { changedLines } from './text-difference.js'
export type { Exemptions } from './verify/verify-input.js'
export { type VerifyOptions, verifyMigrations } from './verify/verify-migrations.js'
export type {
  VerifiedMigration,
  VerifyCheck,
  VerifyFinding,
  VerifyReport,
} from './verify/verify-report.js'
export { renderFinding } from './verify/verify-report.js'

/**
 * Verifies, lints, generates and renumbers a folder of migrations.
 *
 * @module
 */

export { changedLines } from './changed-lines.js'
export {
  type GeneratedFile,
  type GenerateOptions,
  generateTruths,
  type TruthName,
  truthNames,
} from './generate/generate-truths.js'
export { findStale, type StaleFile, writeGenerated } from './generate/generated-files.js'
export type { TruthSource } from './generate/read-truths.js'
export { badSilence } from './lint/bad-silence.js'
export type { Finding } from './lint/finding.js'
export { type LintReport, lintMigrations } from './lint/lint-migrations.js'
export type { LintOptions } from './lint/lint-options.js'
export { lintRules } from './lint/lint-rules.js'
export { loadPeer } from './load-peer.js'
export { manifestAt } from './manifest-at.js'
export { applyRenumber, finishRenumber, hasUnfinishedRenumber } from './numbers/apply-renumber.js'
export { assertNotApplied } from './numbers/assert-not-applied.js'
export { newMigration } from './numbers/new-migration.js'
export { planRenumber, type RenumberPlan } from './numbers/plan-renumber.js'
export { printSteps, stepsBetween } from './print-steps.js'
export type { Exemptions } from './verify/read-fixtures.js'
export { renderFinding } from './verify/render-finding.js'
export { type VerifyOptions, verifyMigrations } from './verify/verify-migrations.js'
export type {
  VerifiedMigration,
  VerifyCheck,
  VerifyFinding,
  VerifyReport,
} from './verify/verify-report.js'

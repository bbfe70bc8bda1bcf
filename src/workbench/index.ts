/**
 * What works on a folder of migrations: verify, lint, and generate.
 *
 * @module
 */

export {
  type GeneratedFile,
  type GenerateOptions,
  generateTruths,
  type TruthName,
} from './generate/generate-truths.js'
export { findStale, type StaleFile, writeGenerated } from './generate/generated-files.js'
export type { TruthSource } from './generate/read-truths.js'
export type { Finding } from './lint/finding.js'
export { type LintReport, lintMigrations } from './lint/lint-migrations.js'
export type { LintOptions } from './lint/lint-options.js'
export type { Exemptions } from './verify/read-fixtures.js'
export { type VerifyOptions, verifyMigrations } from './verify/verify-migrations.js'
export type {
  VerifiedMigration,
  VerifyCheck,
  VerifyFinding,
  VerifyReport,
} from './verify/verify-report.js'

/**
 * What works on a folder of migrations: verify, lint, and generate.
 *
 * @module
 */

export type {
  Exemptions,
  Finding,
  LintOptions,
  TruthSource,
  VerifiedMigration,
  VerifyCheck,
  VerifyFinding,
  VerifyReport,
  WorkbenchErrorCode,
} from './workbench/index.js'
export {
  findStale,
  type GeneratedFile,
  type GenerateOptions,
  generateTruths,
  type LintReport,
  lintMigrations,
  type StaleFile,
  type TruthName,
  type VerifyOptions,
  verifyMigrations,
  writeGenerated,
} from './workbench/index.js'

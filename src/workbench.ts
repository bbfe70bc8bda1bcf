/**
 * What works on a folder of migrations: verify, lint, and generate.
 *
 * @module
 */

export {
  type Exemptions,
  findStale,
  type GeneratedFile,
  type GenerateOptions,
  generateTarget,
  generateTruths,
  type LintFinding,
  type LintOptions,
  type LintReport,
  lintMigrations,
  type StaleFile,
  type TargetName,
  type TruthName,
  type TruthSource,
  type VerifiedMigration,
  type VerifyCheck,
  type VerifyFinding,
  type VerifyOptions,
  type VerifyReport,
  verifyMigrations,
  type WorkbenchErrorCode,
  writeGenerated,
} from './workbench/index.js'

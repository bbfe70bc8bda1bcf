/**
 * The SQL migrations of driftpin, their runner, and the reading of migration files.
 *
 * @module
 */

export { adoptMigrations } from './adopt-migrations.js'
export { applyGrants } from './apply-grants.js'
export { assertSchemaCurrent } from './assert-schema-current.js'
export { checkSchema, countExpected, type ExpectedSchemas } from './check-schema.js'
export type { MigrationStatus } from './compare-ledger.js'
export { createMigrator, type Migrator, type MigratorOptions } from './create-migrator.js'
export type { MigrationErrorCode } from './error-codes.js'
export { readFiles } from './folder-files.js'
export { bundledFiles } from './generated/bundled.js'
export { grantsScript } from './grants-script.js'
export { findLedgers, ledgerName } from './ledger.js'
export type { Direction, Migration, MigrationScript } from './migration.js'
export { type MigrationFolder, readMigrationFolder } from './migration-folder.js'
export {
  countTo,
  type FinishedStep,
  type PlannedStep,
  planSteps,
} from './migration-steps.js'
export {
  type MigrationFile,
  parseFileName,
  parseMigrations,
  readScript,
} from './parse-migrations.js'
export { parsePairs, readMigrations, readPairFiles } from './read-migrations.js'
export { runMigrationFiles } from './run-migration-files.js'
export { needsNoTransaction, runInTransaction, runScript, statementsOf } from './run-script.js'
export { recordSession } from './session-state.js'

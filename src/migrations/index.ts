/**
 * The SQL migrations of driftpin, their runner, and the reading of migration files.
 *
 * @module
 */

export { type Adoption, type AdoptOptions, adoptMigrations } from './adopt-migrations.js'
export { applyGrants } from './apply-grants.js'
export { assertSchemaCurrent, type SchemaCurrentOptions } from './assert-schema-current.js'
export {
  checkSchema,
  countExpected,
  type ExpectedSchemas,
  type SchemaMismatch,
} from './check-schema.js'
export type { MigrationState, MigrationStatus } from './compare-ledger.js'
export { createMigrator, type Migrator, type MigratorOptions } from './create-migrator.js'
export type { MigrationErrorCode } from './error-codes.js'
export { mustBeGiven } from './extras-that-matter.js'
export { findLedgers } from './find-ledgers.js'
export { bundledFiles } from './generated/bundled.js'
export { type GrantsOptions, grantsScript } from './grants-script.js'
export { ledgerName } from './ledger.js'
export { manifestEntries } from './manifest-entries.js'
export type { Direction, Migration, MigrationScript } from './migration.js'
export { parseFileName } from './migration-file-name.js'
export { needsNoTransaction } from './needs-no-transaction.js'
export { type MigrationFile, parseMigrations, readScript } from './parse-migrations.js'
export {
  countTo,
  describeStep,
  type FinishedStep,
  type PlannedStep,
  planSteps,
} from './plan-steps.js'
export { type Catalog, readCatalog, readChatScopedTables } from './read-catalog.js'
export { readManifest } from './read-manifest.js'
export { readMigrationFiles, readMigrations } from './read-migrations.js'
export type { BlockedStep } from './retry-while-locked.js'
export { runScript, statementsOf } from './run-script.js'
export { recordSession } from './session-state.js'

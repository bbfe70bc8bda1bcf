/**
 * What a backend imports: operations on chats and their pinned context, adapters for
 * node-postgres and PGlite, migrations, and the schema as data and types. It loads neither
 * WebAssembly nor any test tool, and touches no file by itself.
 *
 * @module
 */

export { addMessages, type NewMessage } from './context/add-messages.js'
export { archive, unarchive } from './context/archive.js'
export { type BindOptions, type BindResult, bind, rebindWorkspace } from './context/bind.js'
export type { ChatRef, ContextChanges } from './context/chat-ref.js'
export type { ChatKey, WriteOptions } from './context/check-input.js'
export { type CreateChatParams, createChat } from './context/create-chat.js'
export { deleteChat } from './context/delete-chat.js'
export { type ContextDiff, type DiffSide, diff } from './context/diff.js'
export {
  type ChatContext,
  getChatContext,
  getChatContexts,
  type PinCount,
} from './context/get-chat-context.js'
export { hydrate } from './context/hydrate.js'
export { type ListChatsParams, listChats } from './context/list-chats.js'
export { getPin, listPins, type Pin, type PinWithBody } from './context/list-pins.js'
export type { ListedChat } from './context/listed-chat.js'
export type { ContextEvent, ContextNotification } from './context/notify-chats.js'
export { type Prompt, prompt } from './context/prompt.js'
export { type PurgeExpiredResult, purge, purgeExpired } from './context/purge.js'
export { type PushParams, type PushResult, push } from './context/push.js'
export { type ChatStats, readStats, type Stats, type TableStats } from './context/read-stats.js'
export { type RefreshResult, refresh } from './context/refresh.js'
export { unpin } from './context/unpin.js'
export type { AdapterOptions } from './database/create-database.js'
export type {
  Capabilities,
  Database,
  IsolationLevel,
  Queryable,
  QueryResult,
  Session,
  Transaction,
} from './database/database.js'
export {
  fromPg,
  fromPgTransaction,
  type PgClientLike,
  type PgPoolLike,
} from './database/from-pg.js'
export {
  fromPGlite,
  fromPGliteTransaction,
  type PGliteLike,
  type PGliteTransactionLike,
} from './database/from-pglite.js'
export { notificationChannel } from './database/schema-name.js'
export { DriftpinError, type ErrorCode } from './errors.js'
export { type Adoption, type AdoptOptions, adoptMigrations } from './migrations/adopt-migrations.js'
export { applyGrants } from './migrations/apply-grants.js'
export {
  assertSchemaCurrent,
  type SchemaCurrentOptions,
} from './migrations/assert-schema-current.js'
export {
  checkSchema,
  type ExpectedSchemas,
  type SchemaMismatch,
} from './migrations/check-schema.js'
export type { MigrationState, MigrationStatus } from './migrations/compare-ledger.js'
export {
  createMigrator,
  type Migrator,
  type MigratorOptions,
} from './migrations/create-migrator.js'
export type { GrantsOptions } from './migrations/grants-script.js'
export type { Direction, Migration, MigrationScript } from './migrations/migration.js'
export type { FinishedStep, PlannedStep } from './migrations/plan-steps.js'
export { readMigrations } from './migrations/read-migrations.js'
export type { BlockedStep } from './migrations/retry-while-locked.js'
export { aggregateHash } from './schema/aggregate-hash.js'
export { chatScopedTables } from './schema/chat-scoped-tables.js'
export { schemaManifest } from './schema/generated/manifest.js'
export {
  type ChatMessageRole,
  type ChatStatus,
  checkConstraints,
  columnNames,
  constraintNames,
  type DriftpinTables,
  enums,
  foreignKeys,
  primaryKeys,
  tableNames,
  uniqueConstraints,
} from './schema/generated/tables.js'
export type { JsonObject, JsonValue } from './schema/json.js'
export { limits, scanLimits } from './schema/limits.js'
export type { SchemaManifest } from './schema/manifest.js'
export {
  type BodyKind,
  bodyKinds,
  pushableKinds,
  type ResourceInput,
  type ResourceStatus,
  resourceStatuses,
} from './schema/resource.js'
export type { Row } from './schema/row.js'

/**
 * What a backend imports: operations on chats and their pinned context, adapters for
 * node-postgres and PGlite, migrations, and the schema as data and types. It loads neither
 * WebAssembly nor any test tool, and touches no file by itself.
 *
 * @module
 */

import type { ContextErrorCode } from './context/index.js'
import type { DatabaseErrorCode } from './database/index.js'
import type { MigrationErrorCode } from './migrations/index.js'

export type { SchemaManifest, SchemaMismatch } from './catalog/index.js'
export {
  addMessages,
  archive,
  type BindOptions,
  type BindResult,
  bind,
  type ChatContext,
  type ChatKey,
  type ChatRef,
  type ChatStats,
  type ContextChanges,
  type ContextDiff,
  type ContextEvent,
  type ContextNotification,
  type CreateChatParams,
  createChat,
  type DiffSide,
  deleteChat,
  diff,
  getChatContext,
  getChatContexts,
  getPin,
  hydrate,
  type ListChatsParams,
  type ListedChat,
  listChats,
  listPins,
  type NewMessage,
  type Pin,
  type PinCount,
  type PinWithBody,
  type Prompt,
  type PurgeExpiredResult,
  type PushParams,
  type PushResult,
  prompt,
  purge,
  purgeExpired,
  push,
  type RefreshResult,
  readStats,
  rebindWorkspace,
  refresh,
  type Stats,
  type TableStats,
  unarchive,
  unpin,
  type WriteOptions,
} from './context/index.js'
export {
  type AdapterOptions,
  type Capabilities,
  type Database,
  fromPGlite,
  fromPGliteTransaction,
  fromPg,
  fromPgTransaction,
  type IsolationLevel,
  notificationChannel,
  type PGliteLike,
  type PGliteTransactionLike,
  type PgClientLike,
  type PgPoolLike,
  type Queryable,
  type QueryResult,
  type Session,
  type Transaction,
} from './database/index.js'
export { DriftpinError } from './errors.js'
export {
  type Adoption,
  type AdoptOptions,
  adoptMigrations,
  applyGrants,
  assertSchemaCurrent,
  type BlockedStep,
  checkSchema,
  createMigrator,
  type Direction,
  type ExpectedSchemas,
  type FinishedStep,
  type GrantsOptions,
  type Migration,
  type MigrationScript,
  type MigrationState,
  type MigrationStatus,
  type Migrator,
  type MigratorOptions,
  type PlannedStep,
  readMigrations,
  type SchemaCurrentOptions,
} from './migrations/index.js'
export {
  aggregateHash,
  type BodyKind,
  bodyKinds,
  type ChatMessageRole,
  type ChatStatus,
  chatScopedTables,
  checkConstraints,
  columnNames,
  constraintNames,
  type DriftpinTables,
  enums,
  foreignKeys,
  type JsonObject,
  type JsonValue,
  limits,
  primaryKeys,
  pushableKinds,
  type ResourceInput,
  type ResourceStatus,
  type Row,
  resourceStatuses,
  scanLimits,
  schemaManifest,
  tableNames,
  uniqueConstraints,
} from './schema/index.js'

/**
 * The codes of the {@link DriftpinError}s that a backend can meet. Match on these, never on message
 * text. The other entry points of the package declare the codes that only they throw.
 *
 * @example
 * ```ts
 * const statuses: Partial<Record<ErrorCode, number>> = { chat_not_found: 404 }
 * const statusOf = (error: DriftpinError<ErrorCode>) => statuses[error.code] ?? 500
 * ```
 */
export type ErrorCode = ContextErrorCode | DatabaseErrorCode | MigrationErrorCode

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
  archiveIdle,
  type BatchResult,
  type BindOptions,
  type BindResult,
  bind,
  type ChatContext,
  type ChatKey,
  type ChatRef,
  type ContextChanges,
  type ContextDiff,
  type ContextEvent,
  type ContextNotification,
  type CreateChatParams,
  createAgent,
  createBuild,
  createChat,
  createWorkspace,
  type Deletion,
  type DiffHunk,
  type DiffSide,
  deleteAgent,
  deleteBuild,
  deleteChat,
  deleteWorkspace,
  diff,
  getChatContext,
  getChatContexts,
  getPin,
  getSkill,
  hydrate,
  type ListChatsParams,
  type ListedChat,
  listChats,
  listPins,
  listTools,
  type NewMessage,
  type Pin,
  type PinWithBody,
  type Prompt,
  type PushParams,
  type PushResult,
  prompt,
  purge,
  purgeDebugRuns,
  purgeExpired,
  purgeFiles,
  push,
  type RefreshedPart,
  type RefreshResult,
  readStats,
  rebindWorkspace,
  refresh,
  refreshAgent,
  type Skill,
  type Stats,
  setFollows,
  type ToolList,
  unarchive,
  unpin,
  type WatchedEvent,
  type WatchOptions,
  type WriteOptions,
  watchChats,
} from './context/index.js'
export {
  type AdapterOptions,
  type Database,
  fromPGlite,
  fromPGliteTransaction,
  fromPg,
  fromPgTransaction,
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
  adoptMigrations,
  applyGrants,
  assertSchemaCurrent,
  checkSchema,
  createMigrator,
  type FinishedStep,
  type Migration,
  type MigrationStatus,
  type Migrator,
  type MigratorOptions,
  type PlannedStep,
  readMigrations,
} from './migrations/index.js'
export {
  aggregateHash,
  type BodyKind,
  type ChatMessageRole,
  type ChatStatus,
  chatScopedTables,
  constraintNames,
  type DriftpinTables,
  enums,
  type JsonValue,
  type KindHashes,
  kindHashes,
  limits,
  pushableKinds,
  type ResourceInput,
  type ResourceStatus,
  type Row,
  schemaManifest,
  tableNames,
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

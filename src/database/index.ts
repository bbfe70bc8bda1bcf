/**
 * The smallest interface that the product needs of a database, and its adapters.
 *
 * @module
 */

export { assertSupportedVersion, versionNumber } from './assert-supported-version.js'
export type { AdapterOptions } from './create-database.js'
export type {
  Database,
  Queryable,
  QueryResult,
  Session,
  Transaction,
} from './database.js'
export type { DatabaseErrorCode } from './error-codes.js'
export { fromPg, fromPgTransaction, type PgClientLike, type PgPoolLike } from './from-pg.js'
export {
  fromPGlite,
  fromPGliteTransaction,
  type PGliteLike,
  type PGliteTransactionLike,
} from './from-pglite.js'
export { listensOf, restoreListens } from './listen-on.js'
export {
  checkSchemaName,
  nameOfWord,
  notificationChannel,
  quoteIdentifier,
  quoteLiteral,
  searchPath,
} from './names.js'
export { printableUrl } from './printable-url.js'
export {
  callSite,
  enclose,
  openedByCaller,
  Queue,
  queueOf,
  refuseInside,
} from './queue.js'
export { neutralSettings, readAndRollBack } from './read-and-roll-back.js'
export { refuseCopyFromStdin } from './refuse-copy-from-stdin.js'
export {
  changeState,
  emptyState,
  type FoundState,
  hasSetting,
  resetOwner,
  type SessionState,
  sessionStateOf,
  sessionStateSql,
  setterFunctionsSql,
} from './session-state.js'
export { sha256 } from './sha256.js'
export { type ScriptStatement, splitStatements } from './split-statements.js'
export { sqlState } from './sql-state.js'
export {
  beginsTransaction,
  containsWord,
  controlsTransaction,
  endsTransaction,
  factsOf,
  type ListenCommand,
  leavesOpen,
  listenCommandsIn,
  preparedNamesIn,
  runsOutsideTransaction,
  type StatementFacts,
  settingNamesIn,
  settingsSetIn,
  withoutWrapping,
} from './statement-facts.js'
export { unreachable } from './unreachable.js'
export { decoderOf } from './values.js'

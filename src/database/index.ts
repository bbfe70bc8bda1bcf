/**
 * The smallest interface that the product needs of a database, and its adapters.
 *
 * @module
 */

export { assertSupportedVersion, versionNumber } from './assert-supported-version.js'
export { callSite } from './call-site.js'
export type { AdapterOptions } from './create-database.js'
export type {
  Capabilities,
  Database,
  IsolationLevel,
  Queryable,
  QueryResult,
  Session,
  Transaction,
} from './database.js'
export { decoderOf } from './decode-value.js'
export type { DatabaseErrorCode } from './error-codes.js'
export { fromPg, fromPgTransaction, type PgClientLike, type PgPoolLike } from './from-pg.js'
export {
  fromPGlite,
  fromPGliteTransaction,
  type PGliteLike,
  type PGliteTransactionLike,
} from './from-pglite.js'
export { listensOf, restoreListens } from './listen-on.js'
export { printableUrl } from './printable-url.js'
export { nameOfWord, quoteIdentifier, quoteLiteral } from './quote-identifier.js'
export { neutralSettings, readAndRollBack } from './read-and-roll-back.js'
export { refuseCopyFromStdin } from './refuse-copy-from-stdin.js'
export { checkSchemaName, notificationChannel, searchPath } from './schema-name.js'
export { sha256 } from './sha256.js'
export { type ScriptStatement, splitStatements } from './split-statements.js'
export { sqlState } from './sql-state.js'
export {
  beginsTransaction,
  controlsTransaction,
  factsOf,
  type ListenCommand,
  leavesOpen,
  listenCommandsIn,
  type StatementFacts,
  withoutWrapping,
} from './statement-facts.js'
export { turnOf } from './turn.js'

/**
 * A pool and a server for many clients of one PGlite.
 *
 * @module
 */

export type { ConnectionOptions, PGliteSource } from './client-connections.js'
export { findSharedEngine, sharedEngineOf } from './direct-session.js'
export type { ConnectionsErrorCode } from './error-codes.js'
export { type Listener, listenersOf, longjmpStatus } from './patch-pglite.js'
export {
  openPool,
  openWatchedPool,
  type PoolOptions,
  type WatchedPool,
  watchClients,
} from './pool.js'
export { type ClientActivity, type PGliteServer, type ServeOptions, serve } from './serve.js'
export { customNamesIn } from './session-keeper.js'
export type { SharedEngine } from './shared-engine.js'
export { WireError } from './wire-error.js'

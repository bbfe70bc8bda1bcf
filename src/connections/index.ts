/**
 * A pool and a server for many clients of one PGlite.
 *
 * @module
 */

export type { PGliteSource } from './client-connections.js'
export type { ConnectionsErrorCode } from './error-codes.js'
export { type Listener, listenersOf } from './listeners-of.js'
export { openPool, type PoolOptions } from './open-pool.js'
export { openWatchedPool, type WatchedPool } from './open-watched-pool.js'
export { type ClientActivity, type PGliteServer, type ServeOptions, serve } from './serve.js'
export { customNamesIn } from './setter-functions.js'
export { findSharedEngine, type SharedEngine, sharedEngineOf } from './shared-engine.js'
export { longjmpStatus } from './stop-at-crash.js'
export { watchClients } from './watch-clients.js'
export { WireError } from './wire-error.js'
export type { ConnectionOptions } from './wire-options.js'

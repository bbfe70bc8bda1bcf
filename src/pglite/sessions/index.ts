/**
 * The pool and the server of a PGlite, for `driftpin/connections`. Nothing here loads PGlite.
 *
 * @module
 */

export type { ConnectionsErrorCode } from '../error-codes.js'
export type { ConnectionOptions, PGliteSource } from './client-connections.js'
export { openPool, type PoolOptions } from './pool.js'
export { type ClientActivity, type PGliteServer, type ServeOptions, serve } from './serve.js'

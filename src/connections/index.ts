/**
 * Many clients on one PGlite: a `pg.Pool` in the process, and a server for everything that speaks
 * PostgreSQL's protocol.
 *
 * @module
 */

export type { PGliteSource } from './client-connections.js'
export { openPool, type PoolOptions } from './open-pool.js'
export {
  type ClientActivity,
  type PGliteServer,
  type ServeOptions,
  serve,
} from './serve.js'
export type { ConnectionOptions } from './wire-options.js'

/**
 * Many clients on one PGlite: a `pg.Pool` in the process, and a server for everything that speaks
 * PostgreSQL's protocol.
 *
 * @module
 */

export type {
  ConnectionOptions,
  ConnectionsErrorCode,
  PGliteSource,
} from './pglite/sessions/index.js'
export {
  type ClientActivity,
  openPool,
  type PGliteServer,
  type PoolOptions,
  type ServeOptions,
  serve,
} from './pglite/sessions/index.js'

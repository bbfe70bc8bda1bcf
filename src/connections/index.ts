export type { PGliteSource } from './client-connections.js'
export { openPool, type PoolOptions } from './open-pool.js'
export {
  type ClientActivity,
  type PGliteServer,
  type ServeOptions,
  serve,
} from './serve.js'
export type { ConnectionOptions } from './wire-options.js'

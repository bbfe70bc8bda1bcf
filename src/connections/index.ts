export type { PGliteSource } from './engine-of.js'
export { openPool, type PGlitePool, type PoolOptions } from './open-pool.js'
export {
  type ClientActivity,
  type PGliteServer,
  type ServeOptions,
  serve,
} from './serve.js'
export type { ConnectionOptions } from './wire-options.js'

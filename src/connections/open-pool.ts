import type pg from 'pg'
import type { PGliteSource } from './client-connections.js'
import { openWatchedPool } from './open-watched-pool.js'
import type { ConnectionOptions } from './wire-options.js'

/**
 * What a pool in the process can be told.
 *
 * @example
 * ```ts
 * const options: PoolOptions = { max: 4, waitMsMax: 5000 }
 * const pool = openPool(pglite, options)
 * ```
 */
export interface PoolOptions extends ConnectionOptions {
  /** How many clients it has at most; 10 by default, as pg has it. */
  readonly max?: number
}

/**
 * A real `pg.Pool` on a PGlite: what takes a pool, Kysely and Drizzle included, runs on it as it
 * does on a server, with a session for each client. What differs from a server is said at
 * {@link serve}. The pool is the caller's, who ends it before the PGlite is closed.
 *
 * @example
 * ```ts
 * const pool = openPool(await PGlite.create())
 * const { rows } = await pool.query('SELECT $1::int + 1 AS sum', [41])
 * await pool.end()
 * ```
 */
export function openPool(source: PGliteSource, options: PoolOptions = {}): pg.Pool {
  return openWatchedPool(source, options).pool
}

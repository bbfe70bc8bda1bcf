import { createRequire } from 'node:module'
import { type Duplex, duplexPair } from 'node:stream'
import type pg from 'pg'
import { engineOf, type PGliteSource } from './engine-of.js'
import { WireConnection } from './wire-connection.js'
import { batchBytesMaxDefault, type ConnectionOptions } from './wire-options.js'

/** Taken before a test fakes it. */
const { setImmediate } = globalThis

/** Many more than the end of a stream takes to be heard of. */
const settleTurnsMax = 1000

/** What a pool in the process can be told. */
export interface PoolOptions extends ConnectionOptions {
  /** How many clients it has at most; 10 by default, as pg has it. */
  readonly max?: number
}

/** A `pg.Pool` whose clients are all on one PGlite, in this process. */
export interface PGlitePool extends pg.Pool {
  /** Where each client was asked for that was not given back. */
  readonly checkedOut: ReadonlyMap<pg.PoolClient, Error>
  /** Ends every client, as a server does that is shut down. New ones can be asked for. */
  terminate(): Promise<void>
  /** Settles when clients that were ended from elsewhere are not in the pool any more. */
  settle(): Promise<void>
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
export function openPool(
  source: PGliteSource,
  { max = 10, waitMsMax, batchBytesMax = batchBytesMaxDefault }: PoolOptions = {},
): PGlitePool {
  // Loaded here, so that whoever only serves has no need of it.
  const { Pool }: typeof pg = createRequire(import.meta.url)('pg')
  const connections = new Set<WireConnection>()
  const open = () => {
    const [client, server] = duplexPair()
    try {
      const engine = engineOf(source)
      if (waitMsMax !== undefined) engine.waitMsMax = waitMsMax
      const options = { password: undefined, batchBytesMax, cancel: () => {} }
      const connection = new WireConnection(engine, server, options)
      connections.add(connection)
      void connection.ended.then(() => connections.delete(connection))
    } catch (error) {
      // Where the database is closed, a client is told as by a server that is gone.
      setImmediate(() => client.destroy(error as Error))
    }
    return asSocket(client)
  }
  const checkedOut = new Map<pg.PoolClient, Error>()
  const pool = new (class extends Pool {
    // biome-ignore lint/suspicious/noExplicitAny: pg's own declaration is two overloads.
    override connect(...args: any[]): any {
      const at = new Error('asked for here')
      const asked = args[0] as ((...answer: unknown[]) => void) | undefined
      if (!asked) {
        return super.connect().then((client) => {
          checkedOut.set(client, at)
          return client
        })
      }
      // biome-ignore lint/suspicious/noExplicitAny: passed on as it comes.
      return super.connect((error: any, client: any, done: any) => {
        if (client) checkedOut.set(client, at)
        asked(error, client, done)
      })
    }
  })({
    max,
    // Named, since pg would take them from the environment.
    user: 'postgres',
    database: 'postgres',
    host: '127.0.0.1',
    port: 5432,
    ssl: false,
    allowExitOnIdle: true,
    stream: open as never,
  } as pg.PoolConfig)
  pool.on('release', (_error, client) => checkedOut.delete(client))
  pool.on('remove', (client) => checkedOut.delete(client as pg.PoolClient))
  // A client that is ended by the database is told when it asks for something.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  // Each client learns by itself that it was ended, a few turns of the event loop later.
  const settle = async () => {
    await Promise.all([...connections].filter(({ isEnded }) => isEnded).map(({ ended }) => ended))
    // Who waits for a client is served by another, or refused; an ended pool would forget them.
    const isSettled = () => pool.idleCount <= connections.size && pool.waitingCount === 0
    for (let turn = 0; turn < settleTurnsMax && !isSettled(); turn++) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return Object.assign(pool, {
    checkedOut,
    settle,
    terminate: async () => {
      for (const connection of connections) connection.close()
      await settle()
    },
  })
}

/** What pg calls of a socket, on a stream that is connected already. */
function asSocket(stream: Duplex): Duplex {
  return Object.assign(stream, {
    connect: () => {
      process.nextTick(() => stream.emit('connect'))
      return stream
    },
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
  })
}

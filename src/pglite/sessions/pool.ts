import { createRequire } from 'node:module'
import { type Duplex, duplexPair } from 'node:stream'
import type pg from 'pg'
import { callSite } from '../../database/index.js'
import {
  ClientConnections,
  type ConnectionOptions,
  type PGliteSource,
} from './client-connections.js'
import { WireError } from './wire-error.js'

/**
 * Options of {@link openPool}.
 *
 * @example
 * ```ts
 * const options: PoolOptions = { max: 4, waitMsMax: 5000 }
 * const pool = openPool(pglite, options)
 * ```
 */
export interface PoolOptions extends ConnectionOptions {
  /** The most clients of the pool; 10 by default, as in pg. */
  readonly max?: number
}

/**
 * Opens a real `pg.Pool` on a PGlite. Code that takes a pool, including Kysely and Drizzle, runs on
 * it as on a server, with one session per client. {@link serve} lists the differences from a
 * server. The caller owns the pool and ends it before the PGlite is closed.
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

/** Read before a test replaces it. */
const { setImmediate } = globalThis

/** Far more turns of the event loop than the end of a stream takes. */
const settleTurnsMax = 1000

/** A `pg.Pool` whose clients all use one PGlite in this process, and the state of its clients. */
export interface WatchedPool {
  readonly pool: pg.Pool
  /** The call sites that took the clients that were not released. */
  readonly checkedOut: ReadonlyMap<pg.PoolClient, Error>
  /** Ends every client, as a server does at shutdown. New clients can connect. */
  terminate(): Promise<void>
  /** Settles when clients that were ended from outside have left the pool. */
  settle(): Promise<void>
}

export function openWatchedPool(
  source: PGliteSource,
  { max = 10, ...options }: PoolOptions,
): WatchedPool {
  // Loaded here, because a server alone does not need it.
  const { Pool }: typeof pg = createRequire(import.meta.url)('pg')
  const connections = new ClientConnections(source, { ...options, keepsIdle: false })
  const open = () => {
    const [client, server] = duplexPair()
    try {
      connections.add(server)
    } catch (error) {
      // If the database is closed, a client sees a lost server.
      setImmediate(() => client.destroy(error as Error))
    }
    return asSocket(client)
  }
  const config = {
    max,
    // Without these, pg would use those of the environment.
    user: 'postgres',
    database: 'postgres',
    host: '127.0.0.1',
    port: 5432,
    ssl: false,
    // An empty text would not override the environment.
    options: ' ',
    allowExitOnIdle: true,
    // pg takes any stream with the methods of a socket; its types say sockets.
    stream: open as never,
  }
  const pool = new Pool(config as pg.PoolConfig)
  const checkedOut = watchClients(pool, () => connections.epoch)
  // A client that the database ended gets the error with its next statement.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  // Each client notices its end a few turns of the event loop later.
  const settle = async () => {
    await connections.untilEnded()
    // Waiting requests get another client or an error; an ended pool would drop them.
    const isSettled = () => pool.idleCount <= connections.all.length && pool.waitingCount === 0
    for (let turn = 0; turn < settleTurnsMax && !isSettled(); turn++) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const terminate = async () => {
    await connections.close()
    await settle()
  }
  return { pool, checkedOut, settle, terminate }
}

/** The methods of a socket that pg calls, on a connected stream. */
function asSocket(stream: Duplex): Duplex {
  // A socket closes when the other side has ended; only then does pg report the end.
  stream.once('end', () => stream.end())
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

type Done = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void

/**
 * Records the call site of each client of a pool until the client is released. A client whose
 * connection has ended is removed from the pool even if it is not released, because it is unusable
 * and the pool would count it forever.
 *
 * @param epoch Changes when all earlier requests become void: a request that has no client by then
 * fails with SQLSTATE 57P01.
 */
export function watchClients(
  pool: pg.Pool,
  epoch: () => unknown = () => undefined,
): ReadonlyMap<pg.PoolClient, Error> {
  const checkedOut = new Map<pg.PoolClient, Error>()
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  pool.connect = ((asked?: Done) => {
    const at = new Error('asked for here')
    const began = epoch()
    const connected = connect().then((client) => {
      if (epoch() === began) {
        checkedOut.set(client, at)
        return client
      }
      client.release()
      throw voided(at)
    })
    if (!asked) return connected
    connected.then(
      // The `done` of pg throws after the client was removed, and its `release` does not.
      (client) => asked(undefined, client, (reason) => client.release(reason)),
      (error) => asked(error, undefined, () => {}),
    )
  }) as pg.Pool['connect']
  pool.on('release', (_error, client) => checkedOut.delete(client))
  pool.on('remove', (client) => checkedOut.delete(client as pg.PoolClient))
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!checkedOut.has(client)) return
      client.release(true)
      // Its holder may still release it.
      client.release = () => {}
    })
  })
  return checkedOut
}

const voided = (at: Error) =>
  new WireError('ERROR', {
    code: '57P01',
    message:
      'the database was rewound before this request had a client of the pool, so it did not run',
    // The pool gives the error another stack.
    hint: `Await it before the rewind, or before the test ends. It was asked for\n${callSite(at, 1)}`,
  })

import { createRequire } from 'node:module'
import { type Duplex, duplexPair } from 'node:stream'
import type pg from 'pg'
import { ClientConnections, type PGliteSource } from './client-connections.js'
import type { PoolOptions } from './open-pool.js'
import { watchClients } from './watch-clients.js'

/** Taken before a test fakes it. */
const { setImmediate } = globalThis

/** Many more than the end of a stream takes to be heard of. */
const settleTurnsMax = 1000

/** A `pg.Pool` whose clients are all on one PGlite, in this process, and what becomes of them. */
export interface WatchedPool {
  readonly pool: pg.Pool
  /** Where each client was asked for that was not given back. */
  readonly checkedOut: ReadonlyMap<pg.PoolClient, Error>
  /** Ends every client, as a server does that is shut down. New ones can be asked for. */
  terminate(): Promise<void>
  /** Settles when clients that were ended from elsewhere are not in the pool any more. */
  settle(): Promise<void>
}

export function openWatchedPool(
  source: PGliteSource,
  { max = 10, ...options }: PoolOptions,
): WatchedPool {
  // Loaded here, so that whoever only serves has no need of it.
  const { Pool }: typeof pg = createRequire(import.meta.url)('pg')
  const connections = new ClientConnections(source, { ...options, isGentle: false })
  const open = () => {
    const [client, server] = duplexPair()
    try {
      connections.add(server)
    } catch (error) {
      // Where the database is closed, a client is told as by a server that is gone.
      setImmediate(() => client.destroy(error as Error))
    }
    return asSocket(client)
  }
  const config = {
    max,
    // Named, since pg would take them from the environment.
    user: 'postgres',
    database: 'postgres',
    host: '127.0.0.1',
    port: 5432,
    ssl: false,
    // An empty text would not keep it out.
    options: ' ',
    allowExitOnIdle: true,
    // pg takes any stream with the methods of a socket; its types say sockets.
    stream: open as never,
  }
  const pool = new Pool(config as pg.PoolConfig)
  const checkedOut = watchClients(pool, () => connections.epoch)
  // A client that is ended by the database is told when it asks for something.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  // Each client learns by itself that it was ended, a few turns of the event loop later.
  const settle = async () => {
    await connections.untilEnded()
    // Who waits for a client is served by another, or refused; an ended pool would forget them.
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

/** What pg calls of a socket, on a stream that is connected already. */
function asSocket(stream: Duplex): Duplex {
  // A socket closes when the other side has ended; only then does pg tell of the end.
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

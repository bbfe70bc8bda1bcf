import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import {
  type ConnectionOptions,
  openPool,
  type PGliteServer,
  type PGliteSource,
  serve,
} from '../../src/connections.js'
import { temporaryFolder } from '../support/temporary-folder.js'

export type DoorName = 'openPool' | 'TCP' | 'a unix socket'

/**
 * The ways in which a client gets to a PGlite. The last two differ in nothing but Node's socket.
 */
export const doors: readonly DoorName[] = process.env.DRIFTPIN_FULL
  ? ['openPool', 'TCP', 'a unix socket']
  : ['openPool', 'TCP']

/** One way in, open until the test is over. */
export interface Door {
  /** Of ten clients. */
  readonly pool: pg.Pool
  /** A client with a session of its own, which is ended with the test if it was not before. */
  client(): Promise<pg.Client | pg.PoolClient>
}

/** What pg needs for a server at a unix socket or a port, with which it parses no address. */
export function configOf({ url }: PGliteServer): pg.ClientConfig {
  const { hostname, port, searchParams } = new URL(url.replace('postgres@/', 'postgres@none/'))
  return {
    user: 'postgres',
    database: 'postgres',
    host: searchParams.get('host') ?? hostname,
    port: Number(searchParams.get('port') ?? port),
    ssl: false,
  }
}

/** Serves until the test is over. */
export async function serveForTest(
  source: PGliteSource,
  name: Exclude<DoorName, 'openPool'>,
  options: ConnectionOptions = {},
): Promise<PGliteServer> {
  const path = name === 'TCP' ? {} : { path: join(await temporaryFolder(), '.s.PGSQL.5432') }
  const server = await serve(source, { ...options, ...path })
  onTestFinished(() => server.close())
  return server
}

/** Opens one of the ways in for the test that is running. */
export async function openDoor(
  source: PGliteSource,
  name: DoorName,
  options: ConnectionOptions = {},
): Promise<Door> {
  if (name !== 'openPool') {
    const config = configOf(await serveForTest(source, name, options))
    const pool = new pg.Pool({ ...config, max: 10 })
    // The pool has ended before its clients have, whose server is closed under them then.
    pool.on('error', () => {})
    onTestFinished(() => endPool(pool))
    return { pool, client: () => connect(config) }
  }
  const pool = openPool(source, { ...options, max: 10 })
  onTestFinished(() => endPool(pool))
  return {
    pool,
    client: async () => {
      const own = openPool(source, { ...options, max: 1 })
      const client = await own.connect()
      onTestFinished(async () => {
        // Ended, for whatever it still has open is the test's own business.
        if (own.totalCount > own.idleCount) client.release(true)
        await endPool(own)
      })
      return client
    },
  }
}

/** A client that is ended with the test. */
export async function connect(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config)
  // The server may be closed first.
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Runs something on so many clients of a pool at once, which are given back in any case. */
export async function onClients<T>(
  pool: pg.Pool,
  count: number,
  run: (client: pg.PoolClient, index: number) => Promise<T>,
): Promise<T[]> {
  const clients: pg.PoolClient[] = []
  try {
    while (clients.length < count) clients.push(await pool.connect())
    return await Promise.all(clients.map(run))
  } finally {
    for (const client of clients) client.release()
  }
}

async function endPool(pool: pg.Pool): Promise<void> {
  if (!pool.ended && !pool.ending) await pool.end()
}

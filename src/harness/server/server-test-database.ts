import pg from 'pg'
import { watchClients } from '../../connections/index.js'
import {
  callSite,
  type Database,
  fromPg,
  type Queryable,
  type Session,
  type Transaction,
  turnOf,
} from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { digestDatabase } from '../digest.js'
import { createTestClock } from '../test-clock.js'
import type { TestDatabase } from '../test-database.js'
import type { ServerDatabases, SessionSeen } from './server-databases.js'

/** As many as the pool of an embedded database has. */
const clientsMax = 10

/** A test database on a server, and what is nobody's business but the harness's. */
export interface ServerTestDatabase {
  readonly db: TestDatabase
  /** Of the session that `db` is. */
  readonly client: pg.Client
  /** What was left open, as far as it can be seen from outside. */
  leaks(): Promise<string[]>
  /** Keeps the database as that of a failed test, and says where. */
  keep(test: string): Promise<string>
  /** Cancels the statements that run. */
  interrupt(): Promise<void>
  /** Closes it, and leaves the database where it is. */
  disconnect(): Promise<void>
}

/**
 * Connects to a database that was made for it. Its own methods are one session, as those of an
 * embedded one are, so that what a test sets it also finds; the pool has more.
 *
 * @param forget Called when it is closed, which drops it.
 */
export async function openServerTestDatabase(
  databases: ServerDatabases,
  name: string,
  forget: () => void,
): Promise<ServerTestDatabase> {
  const url = databases.connection.urlOf(name)
  const client = new pg.Client({ connectionString: url })
  // What was lost is told by the next statement.
  client.on('error', () => {})
  await client.connect()
  const database = fromPg(client)
  const pools: { readonly pool: pg.Pool; readonly held: ReadonlyMap<pg.PoolClient, Error> }[] = []
  let isClosed = false
  const open = (): Database => {
    if (isClosed) {
      throw new DriftpinError('harness_closed', 'This database was closed. Create another one.', {})
    }
    return database
  }
  const disconnect = async () => {
    isClosed = true
    forget()
    const isIdle = !turnOf(client).isHeld && pools.every(({ held }) => held.size === 0)
    const open = pools.filter(({ pool }) => !pool.ending)
    const ends = [client.end(), ...open.map(({ pool }) => pool.end())]
    const ended = Promise.allSettled(ends)
    // What is in the middle of something ends with the database. To wait for the others is worth
    // it, since PostgreSQL looks only ten times a second whether a session is gone.
    if (isIdle) await ended
  }
  const db: TestDatabase = {
    kind: 'database',
    schema: 'public',
    capabilities: database.capabilities,
    // Asked for late, so that a database that was closed is found out.
    query: async <Row>(text: string, values?: readonly unknown[]) =>
      open().query<Row>(text, values),
    script: async (text) => open().script(text),
    transaction: async <T>(
      work: (transaction: Transaction) => Promise<T>,
      options?: Parameters<Queryable['transaction']>[1],
    ) => open().transaction(work, options),
    withSession: async <T>(work: (session: Session) => Promise<T>) => open().withSession(work),
    listen: async (channel, handler, options) => open().listen(channel, handler, options),
    get pglite() {
      return refuse('there is no PGlite')
    },
    get pool() {
      open()
      // The code under test may have ended the one before.
      if (pools.at(-1)?.pool.ending !== false) pools.push(openPool(url))
      return pools.at(-1)!.pool
    },
    url: async () => {
      open()
      return url
    },
    clock: createTestClock(machineClock),
    mark: async () => refuse('no mark can be taken'),
    rewind: async () => refuse('nothing can be rewound'),
    fork: async () => refuse('a database cannot be forked'),
    save: async () => refuse('a database cannot be saved'),
    digest: async () => digestDatabase(open()),
    close: async () => {
      if (isClosed) return
      await disconnect()
      await databases.drop(name)
    },
    [Symbol.asyncDispose]: () => db.close(),
  }
  return {
    db,
    client,
    leaks: async () => {
      const held = pools.flatMap((one) => [...one.held.values()])
      return [
        ...held.map((at) => `a client of the pool that was not released, by\n${callSite(at, 1)}`),
        ...(await databases.sessions(name)).flatMap(leakOf),
      ]
    },
    interrupt: () => databases.interrupt(name),
    disconnect,
    keep: async (test) => {
      await disconnect()
      return databases.keep(name, test)
    },
  }
}

function openPool(connectionString: string) {
  const pool = new pg.Pool({ connectionString, max: clientsMax, allowExitOnIdle: true })
  const held = watchClients(pool)
  // A client that is ended with its database is told when it asks for something.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return { pool, held }
}

/** What one session left open. A lock of a transaction goes with that. */
function leakOf({ state, query, advisoryLocks }: SessionSeen): string[] {
  // That of another user does not show what it does.
  if (state === null) return []
  if (state === 'active') return [`a query in flight: ${query}`]
  if (state.startsWith('idle in')) return [`a client that is ${state}, after ${query}`]
  return advisoryLocks > 0 ? [`an advisory lock of a session whose last was ${query}`] : []
}

/** That of the server, which nobody can stop; its time is taken for that of this machine. */
const machineClock = {
  get clock(): undefined {
    return undefined
  },
  set clock(ms: number | undefined) {
    if (ms !== undefined) refuse('the clock cannot be set')
  },
}

function refuse(what: string): never {
  throw new DriftpinError(
    'isolation_refused',
    `On a server ${what}: that takes a database in the process. Leave the option server out for ` +
      'this test.',
    { option: 'server' },
  )
}

import pg from 'pg'
import { callSite, fromPg, fromPgTransaction, queueOf } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { watchClients } from '../../pglite/index.js'
import { databaseClosed, databaseMethods } from '../database-methods.js'
import { databaseInTransaction, type OpenRollback } from '../rollback-database.js'
import type { TestDatabase } from '../test-database.js'
import type { ServerDatabases, SessionSeen } from './server-databases.js'

/** The same limit as for the pool of an embedded database. */
const clientsMax = 10

/** A test database on a server, and what only the harness does with it. */
export interface ServerTestDatabase extends TestDatabase {
  /** The client of the session that its methods use. */
  readonly client: pg.Client
  /** What was left open, as far as other sessions can see it. */
  leaks(): Promise<string[]>
  /** Keeps the database as that of a failed test. Returns a sentence that says where. */
  keep(test: string): Promise<string>
  /** Drops the database that an earlier failure of a test kept. */
  forget(test: string): Promise<void>
  /** Cancels the running statements. */
  interrupt(): Promise<void>
  /** Closes all connections. The database remains. */
  disconnect(): Promise<void>
}

/**
 * Connects to a newly created database. Its methods share one session, as those of an embedded
 * database do, so that settings persist between calls. The pool has more sessions.
 *
 * @param onClose Called when the database is closed.
 */
export async function openServerTestDatabase(
  databases: ServerDatabases,
  name: string,
  onClose: () => void,
): Promise<ServerTestDatabase> {
  const url = databases.connection.urlOf(name)
  const client = new pg.Client({ connectionString: url })
  // The next statement reports that the connection was lost.
  client.on('error', () => {})
  await client.connect()
  const database = fromPg(client)
  const pools: { readonly pool: pg.Pool; readonly held: ReadonlyMap<pg.PoolClient, Error> }[] = []
  let isClosed = false
  const open = () => {
    if (isClosed) throw databaseClosed()
    return database
  }
  const disconnect = async () => {
    isClosed = true
    onClose()
    const isIdle = !queueOf(client).isHeld && pools.every(({ held }) => held.size === 0)
    const open = pools.filter(({ pool }) => !pool.ending)
    const ends = [client.end(), ...open.map(({ pool }) => pool.end())]
    const ended = Promise.allSettled(ends)
    // Sessions that are busy end with the database. Waiting for idle ones is worth it, because
    // PostgreSQL checks only ten times per second whether a session is gone.
    if (isIdle) await ended
  }
  const db: ServerTestDatabase = {
    kind: 'database',
    schema: 'public',
    capabilities: database.capabilities,
    ...databaseMethods(open),
    get pool() {
      open()
      // The code under test may have ended the previous pool.
      if (pools.at(-1)?.pool.ending !== false) pools.push(openPool(url))
      return pools.at(-1)!.pool
    },
    url: async () => {
      open()
      return url
    },
    close: async () => {
      if (isClosed) return
      await disconnect()
      await databases.drop(name)
    },
    [Symbol.asyncDispose]: () => db.close(),
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
    forget: (test) => databases.forget(test),
  }
  return db
}

function openPool(connectionString: string) {
  const pool = new pg.Pool({ connectionString, max: clientsMax, allowExitOnIdle: true })
  const held = watchClients(pool)
  // A client that ended with its database reports that at its next statement.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return { pool, held }
}

/** What one session left open. The locks of a transaction end with it. */
function leakOf({ state, query, advisoryLocks }: SessionSeen): string[] {
  // A session of another user does not show what it is doing.
  if (state === null) return []
  if (state === 'active') return [`a query in flight: ${query}`]
  if (state.startsWith('idle in')) return [`a client that is ${state}, after ${query}`]
  return advisoryLocks > 0 ? [`an advisory lock of a session whose last was ${query}`] : []
}

/** Opens a transaction in the session of a database. */
export async function openServerRollback({
  client,
  interrupt,
}: ServerTestDatabase): Promise<OpenRollback> {
  let isOver = false
  const guarded = Object.create(client, {
    // A call that the test did not await would run outside its transaction, or in the next test's.
    query: {
      value: async (config: Parameters<typeof client.query>[0]) => {
        if (!isOver) return client.query(config)
        const message = 'The test and its transaction have ended. Await every call in the test.'
        throw new DriftpinError('transaction_closed', message, { isolation: 'rollback' })
      },
    },
  }) as typeof client
  await client.query('BEGIN')
  return {
    db: databaseInTransaction(fromPgTransaction(guarded)),
    end: async (isKept) => {
      isOver = true
      // Without this, COMMIT and ROLLBACK would wait for a running statement.
      await interrupt()
      // COMMIT of an aborted transaction rolls it back.
      await client.query(isKept ? 'COMMIT' : 'ROLLBACK')
    },
  }
}

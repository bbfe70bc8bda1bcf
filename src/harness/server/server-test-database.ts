import pg from 'pg'
import { digestDatabase } from '../../catalog/index.js'
import {
  callSite,
  type Database,
  fromPg,
  fromPgTransaction,
  type Queryable,
  queueOf,
  type Session,
  type Transaction,
} from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { watchClients } from '../../pglite/index.js'
import { databaseInTransaction } from '../rollback-database.js'
import type { RollbackDatabase, TestDatabase } from '../test-database.js'
import type { ServerDatabases, SessionSeen } from './server-databases.js'

/** The same limit as for the pool of an embedded database. */
const clientsMax = 10

/** A test database on a server, and what only the harness does with it. */
export interface ServerTestDatabase {
  readonly db: TestDatabase
  /** The client of the session that `db` uses. */
  readonly client: pg.Client
  /** What was left open, as far as other sessions can see it. */
  leaks(): Promise<string[]>
  /** Keeps the database as that of a failed test. Returns a sentence that says where. */
  keep(test: string): Promise<string>
  /** Cancels the running statements. */
  interrupt(): Promise<void>
  /** Closes all connections. The database remains. */
  disconnect(): Promise<void>
}

/**
 * Connects to a newly created database. The methods of `db` share one session, as those of an
 * embedded database do, so that settings persist between calls. The pool has more sessions.
 *
 * @param forget Called when the database is closed.
 */
export async function openServerTestDatabase(
  databases: ServerDatabases,
  name: string,
  forget: () => void,
): Promise<ServerTestDatabase> {
  const url = databases.connection.urlOf(name)
  const client = new pg.Client({ connectionString: url })
  // The next statement reports that the connection was lost.
  client.on('error', () => {})
  await client.connect()
  const database = fromPg(client)
  const pools: { readonly pool: pg.Pool; readonly held: ReadonlyMap<pg.PoolClient, Error> }[] = []
  let isClosed = false
  const open = (): Database => {
    if (isClosed) {
      throw new DriftpinError('harness_closed', 'This database is closed. Create another one.', {})
    }
    return database
  }
  const disconnect = async () => {
    isClosed = true
    forget()
    const isIdle = !queueOf(client).isHeld && pools.every(({ held }) => held.size === 0)
    const open = pools.filter(({ pool }) => !pool.ending)
    const ends = [client.end(), ...open.map(({ pool }) => pool.end())]
    const ended = Promise.allSettled(ends)
    // Sessions that are busy end with the database. Waiting for idle ones is worth it, because
    // PostgreSQL checks only ten times per second whether a session is gone.
    if (isIdle) await ended
  }
  const db: TestDatabase = {
    kind: 'database',
    schema: 'public',
    capabilities: database.capabilities,
    // The database is looked up at each call, because it may be closed by then.
    query: async <Row>(text: string, values?: readonly unknown[]) =>
      open().query<Row>(text, values),
    script: async (text) => open().script(text),
    transaction: async <T>(
      work: (transaction: Transaction) => Promise<T>,
      options?: Parameters<Queryable['transaction']>[1],
    ) => open().transaction(work, options),
    withSession: async <T>(work: (session: Session) => Promise<T>) => open().withSession(work),
    listen: async (channel, handler, options) => open().listen(channel, handler, options),
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

/** The database of a test inside a transaction, and the function that ends the transaction. */
export interface ServerRollback {
  readonly db: RollbackDatabase
  /** @param isKept Whether to commit, so that the rows can be inspected. */
  end(isKept: boolean): Promise<void>
}

/** Opens a transaction in the session of `db`. */
export async function openServerRollback({
  client,
  interrupt,
}: ServerTestDatabase): Promise<ServerRollback> {
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

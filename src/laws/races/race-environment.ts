import pg from 'pg'
import { fromPg } from '../../database/index.js'
import { ledgerName } from '../../migrations/index.js'
import type { EnvironmentOptions } from '../environment.js'
import type { Observation } from '../law.js'
import { openRowReader } from '../row-reader.js'
import { openServerEnvironment } from '../server-environment.js'
import { RaceSession } from './session.js'

/** A server with a schema for races, and the connections of sessions and readers. */
export type RaceEnvironment = Awaited<ReturnType<typeof openRaceEnvironment>>

/** The reader that reads after every commit, or the one that reads all the time. */
export type Reader = 'turns' | 'free'

/** Ends waits that are not visible as locks on the server. */
const statementTimeoutMs = 30_000

/** Instead of one second, if the user may set it. */
const deadlockTimeoutMs = 20

interface RaceClient extends pg.Client {
  readonly processID: number
}

export async function openRaceEnvironment({
  sessionsMax,
  ...options
}: EnvironmentOptions & {
  readonly server: string
  readonly sessionsMax: number
}) {
  const environment = await openServerEnvironment(options)
  const [{ database }] = environment.installations
  const { schema } = database
  const clients: pg.Client[] = []
  const close = async () => {
    await Promise.allSettled(clients.map((client) => client.end()))
    await environment.close()
  }
  const connect = async () => {
    const client = new pg.Client({ connectionString: options.server })
    // After a connection is lost, its next statement fails.
    client.on('error', () => {})
    clients.push(client)
    await client.connect()
    return client as RaceClient
  }
  const openReader = async (client: pg.Client) => {
    const from = fromPg(client, { schema })
    const reader = await openRowReader(from, { except: [ledgerName], prepared: true })
    return async (clock: () => number): Promise<Observation> => {
      const started = clock()
      const rows = await reader.read(from)
      return { from: started, to: clock(), rows }
    }
  }
  try {
    const sessions: RaceClient[] = []
    for (let session = 0; session < sessionsMax; session++) {
      const client = await connect()
      await client.query(`SET statement_timeout = ${statementTimeoutMs}`)
      await client.query(`SET deadlock_timeout = ${deadlockTimeoutMs}`).catch(() => {})
      sessions.push(client)
    }
    const monitor = await connect()
    const readers = { turns: await openReader(monitor), free: await openReader(await connect()) }
    return {
      ...environment,
      /** The sessions of one race, each on a connection of its own. */
      createSessions: (count: number) =>
        sessions
          .slice(0, count)
          .map(
            (client, index) =>
              new RaceSession(index + 1, client.processID, fromPg(client, { schema })),
          ),
      /** Which of the server processes wait for a lock that another process holds. */
      async blocked(pids: readonly number[]): Promise<ReadonlySet<number>> {
        const { rows } = await monitor.query<{ pid: number }>({
          name: 'blocked',
          text: `SELECT pid FROM unnest($1::integer[]) AS asked (pid)
                 WHERE cardinality(pg_catalog.pg_blocking_pids(pid)) > 0`,
          values: [pids],
        })
        return new Set(rows.map(({ pid }) => pid))
      },
      /** Transactions and locks that sessions have left open, one line each. */
      leftovers: () => leftoversOf(monitor, sessions),
      /** Reads all rows on the connection of a reader. */
      observe: (by: Reader, clock: () => number) => readers[by](clock),
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

async function leftoversOf(monitor: pg.Client, sessions: readonly RaceClient[]): Promise<string[]> {
  const { rows } = await monitor.query<{ line: string }>({
    name: 'leftovers',
    text: `SELECT 'session ' || number || ': ' || state || ', ' || coalesce(
             (SELECT string_agg(locktype || ' ' || mode, ', ') FROM pg_catalog.pg_locks
              WHERE pg_locks.pid = asked.pid), 'no lock') AS line
           FROM unnest($1::integer[]) WITH ORDINALITY AS asked (pid, number)
           JOIN pg_catalog.pg_stat_activity USING (pid)
           WHERE state <> 'idle'
             OR EXISTS (SELECT FROM pg_catalog.pg_locks WHERE pg_locks.pid = asked.pid)`,
    values: [sessions.map(({ processID }) => processID)],
  })
  return rows.map(({ line }) => line)
}

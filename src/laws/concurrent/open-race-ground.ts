import pg from 'pg'
import { fromPg } from '../../database/index.js'
import type { Ground, GroundOptions } from '../ground.js'
import { openServerGround } from '../server-ground.js'
import { Lane } from './lane.js'
import { look, type Sight, sightStatement } from './sight.js'

/** A server with a schema for races, and connections for those who run them. */
export interface RaceGround extends Pick<Ground, 'engine' | 'installs' | 'reset' | 'keep'> {
  /** Lanes for one race, each on a connection of its own. */
  createLanes(count: number): Lane[]
  /** Those of the processes that wait for a lock that another one holds. */
  blocked(pids: readonly number[]): Promise<ReadonlySet<number>>
  /** What the processes of lanes have not given back, each as a line. */
  leftovers(): Promise<string[]>
  /** Looks by the connection that looks after commits, or by the one that never waits. */
  look(by: 'turns' | 'free', clock: () => number): Promise<Sight>
  close(): Promise<void>
}

/** For whatever waits for what no lock of the server tells of. */
const statementTimeoutMs = 30_000

/** Instead of a second, where the user may set it. */
const deadlockTimeoutMs = 20

interface RaceClient extends pg.Client {
  readonly processID: number
}

export async function openRaceGround({
  lanesMax,
  ...options
}: GroundOptions & { readonly server: string; readonly lanesMax: number }): Promise<RaceGround> {
  const ground = await openServerGround(options)
  const clients: pg.Client[] = []
  const close = async () => {
    await Promise.allSettled(clients.map((client) => client.end()))
    await ground.close()
  }
  const connect = async () => {
    const client = new pg.Client({ connectionString: options.server })
    // A connection that is lost makes its next statement fail, which says enough.
    client.on('error', () => {})
    clients.push(client)
    await client.connect()
    return client as RaceClient
  }
  try {
    const [{ database, reader }] = ground.installs
    const lanes: RaceClient[] = []
    for (let lane = 0; lane < lanesMax; lane++) {
      const client = await connect()
      await client.query(`SET statement_timeout = ${statementTimeoutMs}`)
      await client.query(`SET deadlock_timeout = ${deadlockTimeoutMs}`).catch(() => {})
      lanes.push(client)
    }
    const [monitor, free] = [await connect(), await connect()]
    const sight = sightStatement(database.schema, reader)
    return {
      engine: ground.engine,
      installs: ground.installs,
      reset: ground.reset,
      keep: ground.keep,
      createLanes: (count) =>
        lanes.slice(0, count).map((client, index) => {
          const connection = fromPg(client, { schema: database.schema })
          return new Lane(index + 1, client.processID, connection)
        }),
      async blocked(pids) {
        const { rows } = await monitor.query<{ pid: number }>({
          name: 'blocked',
          text: `SELECT pid FROM unnest($1::integer[]) AS asked (pid)
                 WHERE cardinality(pg_catalog.pg_blocking_pids(pid)) > 0`,
          values: [pids],
        })
        return new Set(rows.map(({ pid }) => pid))
      },
      leftovers: () => leftoversOf(monitor, lanes),
      look: (by, clock) => look(by === 'free' ? free : monitor, sight, clock),
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

async function leftoversOf(monitor: pg.Client, lanes: readonly RaceClient[]): Promise<string[]> {
  const { rows } = await monitor.query<{ line: string }>({
    name: 'leftovers',
    text: `SELECT 'lane ' || lane || ': ' || state || ', ' || coalesce(
             (SELECT string_agg(locktype || ' ' || mode, ', ') FROM pg_catalog.pg_locks
              WHERE pg_locks.pid = asked.pid), 'no lock') AS line
           FROM unnest($1::integer[]) WITH ORDINALITY AS asked (pid, lane)
           JOIN pg_catalog.pg_stat_activity USING (pid)
           WHERE state <> 'idle'
             OR EXISTS (SELECT FROM pg_catalog.pg_locks WHERE pg_locks.pid = asked.pid)`,
    values: [lanes.map(({ processID }) => processID)],
  })
  return rows.map(({ line }) => line)
}

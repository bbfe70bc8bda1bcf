import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

const attemptsMax = 200
const pauseMs = 50

/**
 * What the connections of an application have not given back, each as a line: sessions that are
 * not idle, and locks of any kind. A session whose client is gone is given the time that its server
 * needs to notice.
 */
export async function findLeftovers(client: pg.Client, application: string): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT concat_ws(' ', 'session', pid, state, wait_event_type, wait_event,
                (SELECT string_agg(concat_ws(' ', locktype, mode, relation::regclass), ', ')
                 FROM pg_catalog.pg_locks WHERE pg_locks.pid = one.pid), left(query, 80)) AS line
       FROM pg_catalog.pg_stat_activity one
       WHERE application_name = $1
         AND (state <> 'idle' OR EXISTS (SELECT FROM pg_catalog.pg_locks WHERE pg_locks.pid = one.pid))`,
      [application],
    )
    if (rows.length === 0 || attempt === attemptsMax) return rows.map(({ line }) => line)
    await sleep(pauseMs)
  }
}

/** What a pool has not got back: clients, and those who wait for one. */
export function leaksOf(pool: pg.Pool): string[] {
  const { totalCount, idleCount, waitingCount } = pool
  if (totalCount === idleCount && waitingCount === 0) return []
  return [`of ${totalCount} clients of the pool ${idleCount} are idle, and ${waitingCount} wait`]
}

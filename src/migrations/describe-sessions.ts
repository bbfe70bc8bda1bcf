import type { Queryable } from '../database/index.js'

interface SessionRow {
  pid: number
  application: string | null
  state: string | null
  seconds: number | null
  query: string | null
}

const queryLengthMax = 100
const sessionsMax = 5

/**
 * The sessions that the session with this pid waits for, a line each; none when it waits for none.
 */
export function describeBlockers(queryable: Queryable, pid: number): Promise<string[]> {
  return describe(queryable, 'SELECT unnest(pg_catalog.pg_blocking_pids($1)) AS pid', pid)
}

/** The other sessions that hold the advisory lock with this name, a line each. */
export function describeHolders(queryable: Queryable, name: string): Promise<string[]> {
  // A key of 64 bits stands in the two halves that a lock with two keys has.
  const holders = `SELECT pid FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND pid <> pg_catalog.pg_backend_pid()
      AND (classid::bigint << 32) | objid::bigint = pg_catalog.hashtextextended($1, 0)
      AND database = (SELECT oid FROM pg_catalog.pg_database
                      WHERE datname = pg_catalog.current_database())`
  return describe(queryable, holders, name)
}

/** What PostgreSQL does not let this role see of others is left out, or said as it says it. */
async function describe(
  queryable: Queryable,
  pids: string,
  value: string | number,
): Promise<string[]> {
  const { rows } = await queryable.query<SessionRow>(
    `SELECT holder.pid, nullif(a.application_name, '') AS application, a.state, a.query,
            extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8 AS seconds
     FROM (${pids}) AS holder LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
     ORDER BY a.xact_start NULLS LAST, holder.pid LIMIT ${sessionsMax}`,
    [value],
  )
  return rows.map(({ pid, application, state, seconds, query }) => {
    if (pid === 0) return 'a prepared transaction, see pg_prepared_xacts'
    const known = [
      application,
      state,
      seconds === null ? null : `in a transaction for ${Math.round(seconds)} s`,
    ].filter((part) => part !== null)
    const text = (query ?? '').replaceAll(/\s+/g, ' ').trim()
    const cut = text.length > queryLengthMax ? `${text.slice(0, queryLengthMax)}...` : text
    return `pid ${pid}${known.length > 0 ? ` (${known.join(', ')})` : ''}${cut ? `: ${cut}` : ''}`
  })
}

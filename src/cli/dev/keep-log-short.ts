import type { Database } from '../../database/index.js'

const everyMs = 15_000

/** As much as a start after a kill goes through in a moment. */
const logBytesMax = 32 * 1024 * 1024

/**
 * Makes a checkpoint whenever much was written since the last one. A server has a process for that;
 * an embedded PostgreSQL has not, and its log would grow for as long as it runs.
 *
 * @param failed Is told what went wrong; the next time it is tried again.
 * @returns What ends it.
 */
export function keepLogShort(
  database: () => Database,
  failed: (error: unknown) => void,
): () => void {
  const timer = setInterval(
    () => void checkpointIfLong(database, logBytesMax).catch(failed),
    everyMs,
  )
  timer.unref()
  return () => clearInterval(timer)
}

/** @param bytesMax How much may have been written since the last checkpoint. */
export async function checkpointIfLong(database: () => Database, bytesMax: number): Promise<void> {
  const { rows } = await database().query<{ bytes: number }>(
    `SELECT (pg_current_wal_lsn() - redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()`,
  )
  if (rows[0]!.bytes > bytesMax) await database().script('CHECKPOINT')
}

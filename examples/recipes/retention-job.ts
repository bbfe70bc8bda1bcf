// Deletes what is past retention, now and then every hour, until SIGTERM; with --once a single
// time, for whoever has a scheduler. It needs the rights of the retention role alone. Of two that
// run at once one works and the other finds it busy.
import { setTimeout as sleep } from 'node:timers/promises'
import { fromPg, purgeExpired } from 'driftpin'
import pg from 'pg'

const { DATABASE_URL, RETENTION_DAYS = '30' } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 1 })
pool.on('error', (error) => console.error('A connection was lost:', error.message))
const database = fromPg(pool, { schema: 'chat' })
const hourMs = 3_600_000

// Each batch is one transaction, so that ending is safe at any moment: batches before stay
// deleted, and the server rolls back the one that is under way.
process.once('SIGTERM', () => process.exit(0))

for (;;) {
  try {
    // Batch after batch until none is left; small ones, so that nobody waits long for a lock.
    const done = await purgeExpired(database, { retentionDays: Number(RETENTION_DAYS), limit: 500 })
    console.log(JSON.stringify(done))
  } catch (error) {
    // The next run does what this one did not.
    console.error('The purge failed:', error)
    if (process.argv.includes('--once')) process.exitCode = 1
  }
  if (process.argv.includes('--once')) break
  await sleep(hourMs)
}

await pool.end()

// Deletes chats past retention now and then every hour, until SIGTERM. With --once it runs a single
// time, for use with a scheduler. It needs only the rights of the retention role. If two run at
// once, one does the work and the other reports that it is busy.
import { setTimeout as sleep } from 'node:timers/promises'
import { fromPg, purgeExpired } from 'driftpin'
import pg from 'pg'

const { DATABASE_URL, RETENTION_DAYS = '30' } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 1 })
pool.on('error', (error) => console.error('A connection was lost:', error.message))
const database = fromPg(pool, { schema: 'chat' })
const hourMs = 3_600_000

// Each batch is one transaction, so the job can be stopped at any time: finished batches stay
// deleted, and the server rolls back the current one.
process.once('SIGTERM', () => process.exit(0))

for (;;) {
  try {
    // Batches are small, so that other transactions wait for a lock only briefly.
    const done = await purgeExpired(database, { retentionDays: Number(RETENTION_DAYS), limit: 500 })
    console.log(JSON.stringify(done))
  } catch (error) {
    // The next run continues.
    console.error('The purge failed:', error)
    if (process.argv.includes('--once')) process.exitCode = 1
  }
  if (process.argv.includes('--once')) break
  await sleep(hourMs)
}

await pool.end()

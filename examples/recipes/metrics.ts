// Row counts and drift for Prometheus, on http://127.0.0.1:9400/metrics or the PORT that is given.
// Row counts are PostgreSQL's estimates. `exact` reads all chats to count the dirty ones. If there
// are very many chats, leave it out or scrape less often.
import { createServer } from 'node:http'
import { fromPg, readStats } from 'driftpin'
import pg from 'pg'

const { DATABASE_URL, PORT = '9400' } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 1 })
pool.on('error', (error) => console.error('A connection was lost:', error.message))
const database = fromPg(pool, { schema: 'chat' })

async function metrics(): Promise<string> {
  const { tables, chats, expiredChats, snapshotsWithErrors } = await readStats(database, {
    exact: true,
  })
  const lines = [
    ...tables.flatMap(({ name, rowsEstimate, tableBytes, indexBytes }) => [
      ...(rowsEstimate === null ? [] : [`driftpin_rows{table="${name}"} ${rowsEstimate}`]),
      `driftpin_bytes{table="${name}"} ${tableBytes + indexBytes}`,
    ]),
    `driftpin_chats ${chats?.count ?? 0}`,
    `driftpin_chats_dirty ${chats?.dirty ?? 0}`,
    `driftpin_chats_expired ${expiredChats}`,
    `driftpin_agents_with_drift ${chats?.agentsWithDrift ?? 0}`,
    `driftpin_snapshots_with_errors ${snapshotsWithErrors}`,
    // Absent if no chat is dirty, because there is no age then.
    ...(chats?.oldestDirty
      ? [`driftpin_oldest_dirty_timestamp_seconds ${chats.oldestDirty.getTime() / 1000}`]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

const server = createServer((request, response) => {
  if (request.url !== '/metrics') {
    response.writeHead(404).end()
    return
  }
  metrics().then(
    (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
    (error) => {
      console.error(error)
      response.writeHead(503).end()
    },
  )
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(JSON.stringify(server.address())))

process.once('SIGTERM', () => {
  server.close(() => void pool.end())
})

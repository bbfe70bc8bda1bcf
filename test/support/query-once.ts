import pg from 'pg'

/** One statement or script over a connection of its own, and the rows of its answer. */
export async function queryOnce(url: string, sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 })
  // Node throws an error event nobody listens to. The promises below tell the same.
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

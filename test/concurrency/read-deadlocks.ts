import pg from 'pg'

/** How many deadlocks the server has ended in the database of this connection string. */
export async function readDeadlocks(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ deadlocks: string }>(
      `SELECT deadlocks FROM pg_catalog.pg_stat_database WHERE datname = current_database()`,
    )
    return Number(rows[0]!.deadlocks)
  } finally {
    await client.end()
  }
}

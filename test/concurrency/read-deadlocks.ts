import { queryOnce } from '../support/query-once.js'

/** How many deadlocks the server has ended in the database of this connection string. */
export async function readDeadlocks(url: string): Promise<number> {
  const [row] = await queryOnce(
    url,
    'SELECT deadlocks FROM pg_catalog.pg_stat_database WHERE datname = current_database()',
  )
  return Number(row!.deadlocks)
}

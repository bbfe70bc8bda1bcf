import type pg from 'pg'

/** Keeps the place where each client of a pool was asked for, until it is given back. */
export function watchClients(pool: pg.Pool): ReadonlyMap<pg.PoolClient, Error> {
  const checkedOut = new Map<pg.PoolClient, Error>()
  type Done = (error: Error | undefined, client: pg.PoolClient | undefined, done: never) => void
  const connect = pool.connect.bind(pool) as (asked?: Done) => Promise<pg.PoolClient>
  pool.connect = ((asked?: Done) => {
    const at = new Error('asked for here')
    const note = (client: pg.PoolClient) => checkedOut.set(client, at)
    if (!asked) {
      return connect().then((client) => {
        note(client)
        return client
      })
    }
    return connect((error, client, done) => {
      if (client) note(client)
      asked(error, client, done)
    })
  }) as pg.Pool['connect']
  pool.on('release', (_error, client) => checkedOut.delete(client))
  pool.on('remove', (client) => checkedOut.delete(client as pg.PoolClient))
  return checkedOut
}

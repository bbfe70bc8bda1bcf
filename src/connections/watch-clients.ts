import type pg from 'pg'
import { callSite } from '../database/index.js'
import { WireError } from './wire-error.js'

type Done = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void

/**
 * Follows the clients of a pool: where each was asked for, until it is released. A client whose
 * connection has ended is removed from the pool even if it is not released, since it can never
 * serve anyone again and the pool would count it for ever.
 *
 * @param epoch Changes when everything that was asked for before is void: a request that has no
 * client by then fails with SQLSTATE 57P01 instead of getting one.
 */
export function watchClients(
  pool: pg.Pool,
  epoch: () => unknown = () => undefined,
): ReadonlyMap<pg.PoolClient, Error> {
  const checkedOut = new Map<pg.PoolClient, Error>()
  const connect = pool.connect.bind(pool) as (asked?: Done) => Promise<pg.PoolClient>
  pool.connect = ((asked?: Done) => {
    const at = new Error('asked for here')
    const began = epoch()
    const refuse = (client: pg.PoolClient): Error | undefined => {
      if (epoch() === began) {
        checkedOut.set(client, at)
        return undefined
      }
      client.release()
      return voided(at)
    }
    if (!asked) {
      return connect().then((client) => {
        const refusal = refuse(client)
        if (refusal) throw refusal
        return client
      })
    }
    return connect((error, client) => {
      const refusal = client && refuse(client)
      if (!client || refusal) asked(refusal ?? error, undefined, () => {})
      // Not the function that was handed over: it throws once the client was removed.
      else asked(error, client, (reason) => client.release(reason))
    })
  }) as pg.Pool['connect']
  pool.on('release', (_error, client) => checkedOut.delete(client))
  pool.on('remove', (client) => checkedOut.delete(client as pg.PoolClient))
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!checkedOut.has(client)) return
      client.release(true)
      // Its holder may still release it.
      client.release = () => {}
    })
  })
  return checkedOut
}

const voided = (at: Error) =>
  new WireError('ERROR', {
    code: '57P01',
    message:
      'the database was put back to a mark before this request had a client of the pool, so it ' +
      'did not run',
    // The pool gives the error another stack.
    hint: `Await it before the rewind, or before the test ends. It was asked for\n${callSite(at, 1)}`,
  })

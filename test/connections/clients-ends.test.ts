import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { expect, test } from 'vitest'
import { openPool, type PGliteServer, serve } from '../../src/connections.js'
import { useDatabase } from './support-database.js'
import { configOf } from './support-doors.js'

const database = useDatabase()

interface Ends {
  readonly pool: pg.Pool
  readonly server: PGliteServer
  readonly pglite: PGlite
}

/** Every order in which what belongs to a test may be ended, which drivers have to survive. */
const orders: readonly [string, (ends: Ends) => Promise<unknown>][] = [
  [
    'the pool, and then the server',
    async ({ pool, server }) => {
      await pool.end()
      await server.close()
    },
  ],
  [
    'the server, and then the pool',
    async ({ pool, server }) => {
      await server.close()
      await pool.end()
    },
  ],
  [
    'the server, and the pool a moment later',
    async ({ pool, server }) => {
      await server.close()
      for (let turn = 0; turn < 5; turn++) await nextTurn()
      await pool.end()
    },
  ],
  [
    'the pool and the server at once',
    ({ pool, server }) => Promise.all([pool.end(), server.close()]),
  ],
  [
    'the server and the pool at once',
    ({ pool, server }) => Promise.all([server.close(), pool.end()]),
  ],
  [
    'PGlite, and then the others',
    async ({ pool, server, pglite }) => {
      await pglite.close()
      await pool.end()
      await server.close()
    },
  ],
  [
    'the pool, and then PGlite',
    async ({ pool, server, pglite }) => {
      await pool.end()
      await pglite.close()
      await server.close()
    },
  ],
]

test.each(orders)('ended in order are %s, without an error', async (_order, end) => {
  const { pglite } = await database.createDatabase()
  const server = await serve(pglite)
  const pool = new pg.Pool(configOf(server))
  const errors: unknown[] = []
  // Without this, an error would end the process.
  pool.on('error', (error) => errors.push(error))
  await Promise.all([1, 2, 3].map((n) => pool.query('SELECT $1::int AS n', [n])))
  await end({ pool, server, pglite })
  // Whatever was still to be told.
  for (let turn = 0; turn < 20; turn++) await nextTurn()
  expect(errors).toEqual([])
  expect(server.activity()).toEqual([])
  if (!pglite.closed) await pglite.close()
})

test('a client is told of the end of its server when it asks for something', async () => {
  const { pglite } = await database.createDatabase()
  const server = await serve(pglite)
  const client = new pg.Client(configOf(server))
  client.on('error', () => {})
  await client.connect()
  await client.query('SELECT 1')
  await server.close()
  await expect(client.query('SELECT 2')).rejects.toMatchObject({ code: '57P01' })
  const again = openPool(pglite)
  expect((await again.query('SELECT 3 AS n')).rows).toEqual([{ n: 3 }])
  await again.end()
  await pglite.close()
})

test('a client that listens is told of the end of its server, and asks for nothing', async () => {
  const { pglite } = await database.createDatabase()
  const server = await serve(pglite)
  const client = new pg.Client(configOf(server))
  await client.connect()
  await client.query('LISTEN news')
  // A second error, of the connection, follows.
  client.on('error', () => {})
  const told = new Promise((resolve) => client.once('error', resolve))
  await server.close()
  expect(await told).toMatchObject({ code: '57P01' })
  await pglite.close()
})

test('a pool in the process is ended before or after its PGlite without an error', async () => {
  for (const isFirst of [true, false]) {
    const { pglite } = await database.createDatabase()
    const pool = openPool(pglite)
    await Promise.all([1, 2, 3].map((n) => pool.query('SELECT $1::int AS n', [n])))
    if (isFirst) await pool.end()
    await pglite.close()
    if (!isFirst) await pool.end()
  }
})

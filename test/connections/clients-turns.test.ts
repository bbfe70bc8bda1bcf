import type pg from 'pg'
import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { configOf, connect, doors, onClients, openDoor, serveForTest } from './support-doors.js'

const database = useDatabase()

/** Turns that one client may have had more than another, at any time. */
const unevenMax = 3

const errorOf = (running: Promise<unknown>) =>
  running.then(
    () => undefined,
    (error: pg.DatabaseError) => error,
  )

test.each(doors)(
  'who waits too long is told SQLSTATE 55P03 and the last statement of the owner through %s',
  async (name) => {
    const door = await openDoor(await database.createDatabase(), name, { waitMsMax: 40 })
    const owner = await door.client()
    await owner.query("SET application_name = 'the owner'")
    const [first, other] = [await door.client(), await door.client()]
    await owner.query('BEGIN')
    await owner.query('SELECT 1234 AS the_last')
    const waited = [
      first.query('SELECT 1'),
      other.query('SELECT $1::int AS n', [1]),
      door.pool.query('SELECT 1'),
    ]
    const errors = await Promise.all(waited.map(errorOf))
    for (const error of errors) {
      expect(error).toMatchObject({ code: '55P03' })
      expect(error!.message).toContain('the owner')
      expect(error!.detail).toContain('SELECT 1234 AS the_last')
      expect(error!.hint).toContain('end the one that is open')
    }
    // Only who would have connected has no connection.
    expect(errors.map((error) => error!.severity)).toEqual(['ERROR', 'ERROR', 'FATAL'])
    expect((await owner.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }])
    await owner.query('COMMIT')
    expect((await first.query('SELECT 3 AS n')).rows).toEqual([{ n: 3 }])
    expect((await other.query('SELECT $1::int AS n', [4])).rows).toEqual([{ n: 4 }])
    expect((await door.pool.query('SELECT 5 AS n')).rows).toEqual([{ n: 5 }])
  },
)

test('PGlite itself waits for a client in a transaction, and is told the same', async () => {
  const db = await database.createDatabase()
  const { pool } = await openDoor(db, 'openPool', { waitMsMax: 40 })
  const owner = await pool.connect()
  await owner.query('BEGIN')
  await owner.query('SELECT 5678 AS the_last')
  const waited = await errorOf(db.pglite.query('SELECT 1'))
  expect(waited).toMatchObject({ code: '55P03' })
  expect(String(waited)).toContain('SELECT 5678 AS the_last')
  await owner.query('ROLLBACK')
  owner.release()
  expect((await db.pglite.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }])
})

test('a client waits for a transaction of PGlite itself, and is told its last statement', async () => {
  const db = await database.createDatabase()
  const { pool } = await openDoor(db, 'openPool', { waitMsMax: 40 })
  const client = await pool.connect()
  const waited = await db.pglite.transaction(async (transaction) => {
    await transaction.query('SELECT 9012 AS the_last')
    return errorOf(client.query('SELECT 1'))
  })
  expect(waited).toMatchObject({ code: '55P03' })
  expect(waited!.detail).toContain('SELECT 9012 AS the_last')
  expect((await client.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }])
  client.release()
})

test('who waits is served in the order of asking, and is seen waiting', async () => {
  const server = await serveForTest(database.db, 'TCP')
  const owner = await connect(configOf(server))
  const clients: pg.Client[] = []
  for (let index = 0; index < 8; index++) clients.push(await connect(configOf(server)))
  await owner.query('BEGIN')
  const waiting = () => server.activity().filter(({ state }) => state === 'waiting').length
  const served: number[] = []
  const asked: Promise<unknown>[] = []
  // Not the order of connecting.
  const order = [3, 0, 7, 5, 1, 6, 2, 4]
  for (const [before, index] of order.entries()) {
    asked.push(
      clients[index]!.query('SELECT $1::int AS n', [index]).then(({ rows }) => {
        served.push(rows[0].n)
      }),
    )
    await expect.poll(waiting).toBe(before + 1)
  }
  expect(server.activity()[0]).toMatchObject({
    state: 'idle in transaction',
    lastStatement: 'BEGIN',
  })
  // Who has been served asks after all of those.
  const committed = owner.query('COMMIT').then(() =>
    owner.query('SELECT 8 AS n').then(({ rows }) => {
      served.push(rows[0].n)
    }),
  )
  await Promise.all([...asked, committed])
  expect(served).toEqual([...order, 8])
  expect(server.activity().map(({ state }) => state)).toEqual(new Array(9).fill('idle'))
})

test.each(doors)(
  'ten clients that ask as fast as they can have as many turns each through %s',
  async (name) => {
    const { pool } = await openDoor(database.db, name)
    const counts = new Array<number>(10).fill(0)
    let worst = 0
    await onClients(pool, 10, async (client, index) => {
      for (let round = 0; round < 60; round++) {
        const isTransaction = round % 3 === 0
        if (isTransaction) await client.query('BEGIN')
        const { rows } = await client.query('SELECT $1::int AS n, $2::int AS r', [index, round])
        expect(rows).toEqual([{ n: index, r: round }])
        if (isTransaction) await client.query('COMMIT')
        counts[index]!++
        // Those that are done leave their turns to the others.
        worst = Math.max(worst, Math.max(...counts) - Math.min(...counts))
      }
    })
    expect(counts).toEqual(new Array(10).fill(60))
    expect(worst).toBeLessThanOrEqual(unevenMax)
  },
)

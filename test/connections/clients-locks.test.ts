import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, openDoor } from './support-doors.js'

const database = useDatabase()

test.each(doors)(
  'an advisory lock of one client keeps the others out until it is given back through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const [one, other] = [await door.client(), await door.client()]
    const order: string[] = []
    await one.query('SELECT pg_advisory_lock(42)')
    const waiting = other
      .query('SELECT pg_advisory_lock(42)')
      .then(() => order.push('other has it'))
    // Others connect, set and ask meanwhile, and none of them takes the lock away.
    const third = await door.client()
    await third.query("SET work_mem = '5MB'")
    for (let round = 0; round < 10; round++) {
      expect((await third.query('SELECT $1::int AS n', [round])).rows).toEqual([{ n: round }])
    }
    order.push('one gives it back')
    expect((await one.query('SELECT pg_advisory_unlock(42) AS was_held')).rows).toEqual([
      { was_held: true },
    ])
    await waiting
    expect(order).toEqual(['one gives it back', 'other has it'])
    expect((await other.query('SELECT pg_advisory_unlock(42) AS was_held')).rows).toEqual([
      { was_held: true },
    ])
  },
)

test.each(doors)('an advisory lock is free when its client leaves through %s', async (name) => {
  const door = await openDoor(database.db, name)
  const leaving = await door.pool.connect()
  const staying = await door.client()
  await leaving.query('SELECT pg_advisory_lock(43), pg_advisory_lock(43)')
  const waiting = staying.query('SELECT pg_try_advisory_lock(43) AS is_mine')
  leaving.release(true)
  expect((await waiting).rows).toEqual([{ is_mine: true }])
  expect((await staying.query('SELECT pg_advisory_unlock(43) AS was_held')).rows).toEqual([
    { was_held: true },
  ])
})

test.each(doors)(
  'who waits too long for an advisory lock is told SQLSTATE 55P03 and who has it through %s',
  async (name) => {
    const door = await openDoor(await database.createDatabase(), name, { waitMsMax: 60 })
    const [one, other] = [await door.client(), await door.client()]
    await one.query("SET application_name = 'the holder'")
    await one.query('SELECT pg_advisory_lock(44)')
    await expect(other.query('SELECT pg_advisory_lock(44)')).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringContaining('the holder'),
    })
    // In a transaction, in which nobody can wait for somebody else.
    await other.query('BEGIN')
    await expect(other.query('SELECT pg_advisory_xact_lock(44)')).rejects.toMatchObject({
      code: '55P03',
    })
    await expect(other.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    await other.query('ROLLBACK')
    await one.query('SELECT pg_advisory_unlock_all()')
    expect((await other.query('SELECT pg_try_advisory_lock(44) AS is_mine')).rows).toEqual([
      { is_mine: true },
    ])
  },
)

test.each(doors)(
  'work behind an advisory lock is done by one client at a time through %s',
  async (name) => {
    const { db } = database
    await db.script(`DROP TABLE IF EXISTS guarded;
    CREATE TABLE guarded (value int); INSERT INTO guarded VALUES (0)`)
    const door = await openDoor(db, name)
    let inside = 0
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = await door.client()
        for (let round = 0; round < 10; round++) {
          await client.query('SELECT pg_advisory_lock($1)', [45])
          expect(++inside).toBe(1)
          const { rows } = await client.query('SELECT value FROM guarded')
          await client.query('UPDATE guarded SET value = $1', [rows[0].value + 1])
          inside--
          await client.query('SELECT pg_advisory_unlock($1)', [45])
        }
      }),
    )
    expect((await db.query('SELECT value FROM guarded')).rows).toEqual([{ value: 40 }])
  },
)

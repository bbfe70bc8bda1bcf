import { setImmediate as nextTurn } from 'node:timers/promises'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, onClients, openDoor } from './support-doors.js'

const database = useDatabase()

/** Adds to a number that it has read before, with something else in between. */
async function readModifyWrite(client: pg.ClientBase, by: number, end: 'COMMIT' | 'ROLLBACK') {
  await client.query('BEGIN')
  const { rows } = await client.query('SELECT value FROM total')
  await nextTurn()
  await client.query('UPDATE total SET value = $1', [rows[0].value + by])
  await client.query('INSERT INTO additions VALUES ($1, $2)', [by, rows[0].value])
  await client.query(end)
}

test.each(doors)(
  '200 transactions of 8 clients that read, wait and write lose nothing through %s',
  async (name) => {
    const { db } = database
    await db.script(`DROP TABLE IF EXISTS total, additions;
    CREATE TABLE total (value int); INSERT INTO total VALUES (0);
    CREATE TABLE additions (by int, found int)`)
    const { pool } = await openDoor(db, name)
    await onClients(pool, 8, async (client, index) => {
      for (let round = 0; round < 25; round++) {
        const by = index * 25 + round + 1
        await readModifyWrite(client, by, 'COMMIT')
        // What is rolled back leaves nothing.
        if (round % 5 === 0) await readModifyWrite(client, 1_000_000, 'ROLLBACK')
      }
    })
    const { rows: total } = await db.query('SELECT value FROM total')
    expect(total).toEqual([{ value: (200 * 201) / 2 }])
    const { rows } = await db.query<{ by: number; found: number }>(
      'SELECT by, found FROM additions ORDER BY found',
    )
    expect(rows.map(({ by }) => by).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    )
    // Each found what all before it had left.
    let sum = 0
    for (const { by, found } of rows) {
      expect(found).toBe(sum)
      sum += by
    }
  },
)

test.each(doors)(
  'nobody sees what another has not committed, nor runs inside its transaction through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS unseen; CREATE TABLE unseen (text text)')
    const door = await openDoor(db, name)
    const writer = await door.client()
    await writer.query('BEGIN')
    await writer.query("INSERT INTO unseen VALUES ('rolled back')")
    const read = door.pool.query('SELECT text, pg_current_xact_id_if_assigned() AS in FROM unseen')
    const { rows } = await writer.query('SELECT text FROM unseen')
    expect(rows).toEqual([{ text: 'rolled back' }])
    await writer.query('ROLLBACK')
    expect((await read).rows).toEqual([])
  },
)

test.each(doors)(
  'in a failed transaction all fails until its end, for its client alone, through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS failing; CREATE TABLE failing (n int PRIMARY KEY)')
    const door = await openDoor(db, name)
    const client = await door.client()
    await client.query('BEGIN')
    await client.query('INSERT INTO failing VALUES (1)')
    await client.query('SAVEPOINT before')
    const twice = client.query('INSERT INTO failing VALUES ($1)', [1])
    await expect(twice).rejects.toMatchObject({ code: '23505', constraint: 'failing_pkey' })
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    const other = door.pool.query('SELECT count(*)::int AS count FROM failing')
    await client.query('ROLLBACK TO SAVEPOINT before')
    await client.query('INSERT INTO failing VALUES (2)')
    await client.query('SAVEPOINT after')
    await expect(client.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' })
    await expect(client.query('SELECT $1::int', [1])).rejects.toMatchObject({ code: '25P02' })
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
    expect((await other).rows).toEqual([{ count: 0 }])
    expect((await client.query('SELECT n FROM failing')).rows).toEqual([])
  },
)

test.each(doors)(
  'a client that is destroyed or ends in mid-transaction is rolled back through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS leaving; CREATE TABLE leaving (text text)')
    const door = await openDoor(db, name)
    const destroyed = await door.pool.connect()
    await destroyed.query('BEGIN')
    await destroyed.query("INSERT INTO leaving VALUES ('destroyed')")
    destroyed.release(true)
    expect((await door.pool.query('SELECT text FROM leaving')).rows).toEqual([])

    const ending = await door.client()
    await ending.query('BEGIN')
    await ending.query("INSERT INTO leaving VALUES ('ended')")
    const waiting = door.pool.query("INSERT INTO leaving VALUES ('waited') RETURNING text")
    // A client of a pool ends when it is not given back.
    if ('release' in ending) ending.release(true)
    else await ending.end()
    expect((await waiting).rows).toEqual([{ text: 'waited' }])
    const { rows } = await db.query('SELECT text FROM leaving')
    expect(rows).toEqual([{ text: 'waited' }])
  },
)

test.each(doors)(
  'a client that is given back in mid-transaction is still in it, as on a server, through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS handed; CREATE TABLE handed (text text)')
    const { pool } = await openDoor(db, name)
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query("INSERT INTO handed VALUES ('kept')")
    client.release()
    // The pool has one idle client, which is this one.
    const again = await pool.connect()
    expect(again).toBe(client)
    expect((await again.query('SELECT text FROM handed')).rows).toEqual([{ text: 'kept' }])
    await again.query('COMMIT')
    again.release()
    expect((await db.query('SELECT text FROM handed')).rows).toEqual([{ text: 'kept' }])
  },
)

test.each(doors)(
  'a pool ends with its clients, and the next one finds nothing of it through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS pooled; CREATE TABLE pooled (n int)')
    const { pool } = await openDoor(db, name)
    await onClients(pool, 10, async (client, index) => {
      await client.query(`SET application_name = 'client ${index}'`)
      await client.query('INSERT INTO pooled VALUES ($1)', [index])
    })
    await pool.end()
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([0, 0, 0])
    await expect(pool.query('SELECT 1')).rejects.toThrow(/after calling end/)
    const next = await openDoor(db, name)
    const { rows } = await next.pool.query(
      `SELECT current_setting('application_name') AS name,
       (SELECT array_agg(n ORDER BY n) FROM pooled) AS numbers,
       (SELECT count(*)::int FROM pg_prepared_statements WHERE name <> '') AS prepared`,
    )
    expect(rows).toEqual([{ name: '', numbers: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], prepared: 0 }])
  },
)

test('transactions of PGlite itself, of a pool and of a server take turns', async () => {
  const { db } = database
  await db.script('CREATE TABLE shared (value int); INSERT INTO shared VALUES (0)')
  const { pool } = await openDoor(db, 'openPool')
  const served = await openDoor(db, 'TCP')
  const add = async (client: pg.ClientBase) => {
    await client.query('BEGIN')
    const { rows } = await client.query('SELECT value FROM shared')
    await nextTurn()
    await client.query('UPDATE shared SET value = $1', [rows[0].value + 1])
    await client.query('COMMIT')
  }
  const times = async (run: () => Promise<void>) => {
    for (let round = 0; round < 30; round++) await run()
  }
  await Promise.all([
    onClients(pool, 3, (client) => times(() => add(client))),
    onClients(served.pool, 3, (client) => times(() => add(client))),
    times(() =>
      db.pglite.transaction(async (transaction) => {
        const { rows } = await transaction.query<{ value: number }>('SELECT value FROM shared')
        await nextTurn()
        await transaction.query('UPDATE shared SET value = $1', [rows[0]!.value + 1])
      }),
    ),
    times(() =>
      db.transaction(async (transaction) => {
        const { rows } = await transaction.query<{ value: number }>('SELECT value FROM shared')
        await nextTurn()
        await transaction.query('UPDATE shared SET value = $1', [rows[0]!.value + 1])
      }),
    ),
  ])
  expect((await db.query('SELECT value FROM shared')).rows).toEqual([{ value: 240 }])
})

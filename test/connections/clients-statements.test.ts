import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, onClients, openDoor } from './support-doors.js'

const database = useDatabase()

test.each(doors)('a name is another statement for each client through %s', async (name) => {
  const { pool } = await openDoor(database.db, name)
  await onClients(pool, 8, async (client, index) => {
    const text = `SELECT $1::int + ${index * 1000} AS sum, '${index}' AS of`
    for (let round = 0; round < 20; round++) {
      const { rows } = await client.query({ name: 'the same', text, values: [round] })
      expect(rows).toEqual([{ sum: index * 1000 + round, of: `${index}` }])
    }
  })
})

test.each(doors)(
  'a statement that failed to be prepared has no name, for its client, through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const [one, other] = [await door.client(), await door.client()]
    const text = 'SELECT $1::int AS n'
    await other.query({ name: 'failing', text, values: [1] })
    const failing = one.query({ name: 'failing', text: 'SELECT nothing', values: [] })
    await expect(failing).rejects.toMatchObject({ code: '42703' })
    expect((await one.query({ name: 'failing', text, values: [2] })).rows).toEqual([{ n: 2 }])
    expect((await other.query({ name: 'failing', text, values: [3] })).rows).toEqual([{ n: 3 }])
  },
)

test.each(doors)("a client's PREPARE in SQL is its own through %s", async (name) => {
  const door = await openDoor(database.db, name)
  const clients = [await door.client(), await door.client(), await door.client()]
  for (const [index, client] of clients.entries()) {
    await client.query(`PREPARE mine (int) AS SELECT $1 + ${index * 100} AS sum`)
  }
  for (let round = 0; round < 3; round++) {
    for (const [index, client] of clients.entries()) {
      const { rows } = await client.query(`EXECUTE mine (${round})`)
      expect(rows).toEqual([{ sum: index * 100 + round }])
    }
  }
  await clients[0]!.query('DEALLOCATE mine')
  await expect(clients[0]!.query('EXECUTE mine (1)')).rejects.toMatchObject({ code: '26000' })
  expect((await clients[1]!.query('EXECUTE mine (1)')).rows).toEqual([{ sum: 101 }])
  await clients[0]!.query('PREPARE mine (int) AS SELECT $1 * -1 AS sum')
  expect((await clients[0]!.query('EXECUTE mine (1)')).rows).toEqual([{ sum: -1 }])
  expect((await clients[2]!.query('EXECUTE mine (1)')).rows).toEqual([{ sum: 201 }])
})

test.each(doors)('what one client deallocates is lost to nobody else through %s', async (name) => {
  const door = await openDoor(database.db, name)
  const [one, other] = [await door.client(), await door.client()]
  const ask = async (client: typeof one, n: number) =>
    (await client.query({ name: 'kept', text: 'SELECT $1::int AS n', values: [n] })).rows
  for (const command of ['DISCARD ALL', 'DEALLOCATE ALL', 'DISCARD PLANS', 'DEALLOCATE kept']) {
    // Closed by its name, it would be unknown to pg, which goes on using it.
    const closing = command === 'DISCARD PLANS' ? one : await door.client()
    await closing.query({ name: 'kept', text: 'SELECT $1::int * 2 AS twice', values: [4] })
    await other.query({ name: 'kept', text: 'SELECT $1::int AS n', values: [1] })
    await other.query("SET application_name = 'other'")
    await other.query(`PREPARE written AS SELECT '${command}' AS command`)
    await closing.query(command)
    expect(await ask(other, 7)).toEqual([{ n: 7 }])
    expect((await other.query('EXECUTE written')).rows).toEqual([{ command }])
    await other.query('DEALLOCATE written')
    expect((await other.query('SHOW application_name')).rows).toEqual([
      { application_name: 'other' },
    ])
    if (command === 'DISCARD PLANS') continue
    const gone = closing.query({ name: 'kept', text: 'SELECT $1::int * 2 AS twice', values: [5] })
    await expect(gone).rejects.toMatchObject({ code: '26000' })
  }
})

test.each(doors)(
  'a statement goes on when its table has another column, or is made again, through %s',
  async (name) => {
    const { db } = database
    await db.script('DROP TABLE IF EXISTS planned; CREATE TABLE planned (a int)')
    const door = await openDoor(db, name)
    const [one, other] = [await door.client(), await door.client()]
    const insert = { name: 'insert', text: 'INSERT INTO planned (a) VALUES ($1) RETURNING a' }
    expect((await one.query({ ...insert, values: [1] })).rows).toEqual([{ a: 1 }])
    await other.query('ALTER TABLE planned ADD COLUMN b text')
    expect((await one.query({ ...insert, values: [2] })).rows).toEqual([{ a: 2 }])
    await other.query('DROP TABLE planned; CREATE TABLE planned (b text, a int)')
    expect((await one.query({ ...insert, values: [3] })).rows).toEqual([{ a: 3 }])
    const select = { name: 'select', text: 'SELECT * FROM planned' }
    expect((await one.query(select)).rows).toEqual([{ b: null, a: 3 }])
    // As on a server, whose message is the same.
    await other.query('ALTER TABLE planned ADD COLUMN c int')
    await expect(one.query(select)).rejects.toMatchObject({
      code: '0A000',
      message: 'cached plan must not change result type',
    })
  },
)

test.each(doors)('a name is read as PostgreSQL reads it through %s', async (name) => {
  const client = await (await openDoor(database.db, name)).client()
  for (const [given, written] of [
    ['mine', 'Mine'],
    ['Mine "2"', '"Mine ""2""" '],
    // Only letters of ASCII have a lower case there.
    ['fluß_Ä', 'FLUß_Ä'],
  ] as const) {
    const text = 'SELECT $1::text AS of'
    const { rows } = await client.query({ name: given, text, values: ['x'] })
    expect(rows).toEqual([{ of: 'x' }])
    expect((await client.query(`EXECUTE ${written} ('y')`)).rows).toEqual([{ of: 'y' }])
    const both = `/* first; */ EXECUTE ${written}('y'); SELECT 1; execute ${written} ('z')`
    const results = (await client.query(both)) as unknown as { rows: object[] }[]
    expect(results.map(({ rows }) => rows[0])).toEqual([
      { of: 'y' },
      { '?column?': 1 },
      { of: 'z' },
    ])
    await client.query(`-- done\nDEALLOCATE PREPARE ${written}`)
    await expect(client.query({ name: given, text, values: ['x'] })).rejects.toMatchObject({
      code: '26000',
    })
  }
})

test.each(doors)('an error names a statement as its client does through %s', async (name) => {
  const door = await openDoor(database.db, name)
  const [one, other] = [await door.client(), await door.client()]
  await other.query('PREPARE elsewhere AS SELECT 1')
  await expect(one.query('EXECUTE elsewhere')).rejects.toMatchObject({
    code: '26000',
    message: 'prepared statement "elsewhere" does not exist',
  })
  await expect(one.query('DEALLOCATE elsewhere')).rejects.toMatchObject({
    code: '26000',
    message: 'prepared statement "elsewhere" does not exist',
  })
  await one.query('PREPARE twice AS SELECT 1')
  await expect(one.query('PREPARE twice AS SELECT 2')).rejects.toMatchObject({
    code: '42P05',
    message: 'prepared statement "twice" already exists',
  })
})

test.each(doors)(
  'PGlite itself and a client have statements of one name through %s',
  async (name) => {
    const { db } = database
    const client = await (await openDoor(db, name)).client()
    await db.pglite.exec("PREPARE shared AS SELECT 'pglite' AS of")
    await client.query("PREPARE shared AS SELECT 'client' AS of")
    expect((await db.pglite.query('EXECUTE shared')).rows).toEqual([{ of: 'pglite' }])
    expect((await client.query('EXECUTE shared')).rows).toEqual([{ of: 'client' }])
    await client.query('DISCARD ALL')
    expect((await db.pglite.query('EXECUTE shared')).rows).toEqual([{ of: 'pglite' }])
    await db.pglite.exec('DEALLOCATE shared')
  },
)

test.each(doors)('a DEALLOCATE that did not run loses nothing through %s', async (name) => {
  const door = await openDoor(database.db, name)
  const client = await door.client()
  await client.query({ name: 'one', text: 'SELECT 1 AS n' })
  await client.query({ name: 'two', text: 'SELECT 2 AS n' })
  const failing = client.query('DEALLOCATE one; SELECT 1 / 0; DEALLOCATE two')
  await expect(failing).rejects.toMatchObject({ code: '22012' })
  expect((await client.query('EXECUTE two')).rows).toEqual([{ n: 2 }])
})

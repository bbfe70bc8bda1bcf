import { Kysely, type Kysely as KyselyOf, PostgresDialect } from 'kysely'
import pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { openPool } from '../../src/connections.js'
import { type Harness, openHarness } from '../../src/harness/index.js'
import type { EmbeddedTestDatabase } from '../../src/harness/test-database.js'
import { fromPg } from '../../src/index.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
  return () => harness.close()
})

const countChats = 'SELECT count(*)::int AS n FROM chats'
const addChat = 'INSERT INTO chats (owner_id) VALUES (gen_random_uuid())'
const countIn = async (db: EmbeddedTestDatabase) => (await db.pool.query(countChats)).rows[0].n

test('the pool, the seam and PGlite see one database', async () => {
  await using db = await harness.createDatabase()
  await db.pool.query(addChat)
  await db.query(addChat)
  await db.pglite.query(addChat)
  await fromPg(db.pool).transaction((transaction) => transaction.query(addChat))
  expect(await countIn(db)).toBe(4)
  expect((await db.query(countChats)).rows).toEqual([{ n: 4 }])
})

test('Kysely runs on the pool, and waits for transactions of the seam', async () => {
  await using db = await harness.createDatabase()
  const kysely: KyselyOf<{ chats: { owner_id: string } }> = new Kysely({
    dialect: new PostgresDialect({ pool: db.pool }),
  })
  const other = db.transaction(async (transaction) => {
    await transaction.query(addChat)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await transaction.query(addChat)
  })
  await kysely.transaction().execute(async (transaction) => {
    const { n } = await transaction
      .selectFrom('chats')
      .select(({ fn }) => fn.countAll().as('n'))
      .executeTakeFirstOrThrow()
    expect(Number(n)).toBe(2)
    const owner_id = '6f5c9f3e-6d3b-4a9e-9b53-0d5a4f2c1a11'
    await transaction.insertInto('chats').values({ owner_id }).execute()
  })
  await other
  expect(await countIn(db)).toBe(3)
})

test('a rewind ends the clients, and the pool goes on with new ones', async () => {
  await using db = await harness.createDatabase()
  const { pool } = db
  const named = { name: 'count', text: countChats }
  await pool.query(addChat)
  expect((await pool.query(named)).rows).toEqual([{ n: 1 }])
  const client = await pool.connect()
  await client.query("SET search_path = 'elsewhere'; LISTEN news; CREATE TEMP TABLE own (n int)")
  await client.query('BEGIN')
  await client.query('PREPARE mine AS SELECT 1')
  await db.rewind()
  const lost = client.query('SELECT 1')
  await expect(lost).rejects.toThrow()
  client.release()
  expect(db.pool).toBe(pool)
  expect((await pool.query(named)).rows).toEqual([{ n: 0 }])
  const { rows } = await pool.query(`SELECT current_setting('search_path') AS path,
    ARRAY(SELECT pg_listening_channels()) AS channels, to_regclass('own') AS own,
    ARRAY(SELECT name FROM pg_prepared_statements WHERE from_sql) AS prepared`)
  const path = (await db.query<{ path: string }>(`SELECT current_setting('search_path') AS path`))
    .rows[0]!.path
  expect(rows).toEqual([{ path, channels: [], own: null, prepared: [] }])
})

test('a query that waits for the turn of a rewound database never runs', async () => {
  await using db = await harness.createDatabase()
  const holder = await db.pool.connect()
  await holder.query('BEGIN')
  const waiting = db.pool.query(addChat)
  const refused = expect(waiting).rejects.toThrow()
  await new Promise((resolve) => setTimeout(resolve, 20))
  await db.rewind()
  await refused
  holder.release()
  expect((await db.query(countChats)).rows).toEqual([{ n: 0 }])
})

test('a mark has no client in it, and is refused while one has a transaction open', async () => {
  await using db = await harness.createDatabase()
  const client = await db.pool.connect()
  await client.query("SET timezone = 'Asia/Tokyo'")
  const mark = await db.mark()
  await client.query('BEGIN')
  await client.query(addChat)
  await expect(db.mark()).rejects.toMatchObject({ code: 'rewind_impossible' })
  await client.query('COMMIT')
  client.release()
  await db.rewind(mark)
  expect((await db.query(countChats)).rows).toEqual([{ n: 0 }])
  const { rows } = await db.query<{ zone: string }>("SELECT current_setting('timezone') AS zone")
  expect(rows).not.toEqual([{ zone: 'Asia/Tokyo' }])
})

test('whoever waits for a client of its own pool is told for which, within seconds', async () => {
  await using db = await harness.createDatabase()
  const client = await db.pool.connect()
  await client.query('BEGIN')
  await client.query('SELECT 1 AS last_of_the_owner')
  const error = { code: '55P03', message: expect.stringContaining('last_of_the_owner') }
  const told = { code: '55P03', hint: expect.stringContaining('last_of_the_owner') }
  // Both wait for as long as there is patience, so at once.
  await Promise.all([
    expect(db.query(countChats)).rejects.toMatchObject(error),
    expect(db.pool.query(countChats)).rejects.toMatchObject(told),
  ])
  await client.query('ROLLBACK')
  client.release()
})

test('a client from elsewhere comes by the URL, which is the same each time', async () => {
  const db = await harness.createDatabase()
  const url = await db.url()
  expect(await db.url()).toBe(url)
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  await client.query(addChat)
  expect(await countIn(db)).toBe(1)
  const ended = new Promise((resolve) => client.once('end', resolve))
  await db.close()
  await ended
  await expect(new pg.Client(url).connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a closed database has no pool and no URL, and its pool gives nothing any more', async () => {
  const db = await harness.createDatabase()
  const { pool } = db
  await pool.query(countChats)
  await db.close()
  expect(() => db.pool).toThrow(expect.objectContaining({ code: 'harness_closed' }))
  await expect(db.url()).rejects.toMatchObject({ code: 'harness_closed' })
  await expect(pool.query(countChats)).rejects.toThrow()
})

test('how long clients of one database wait is not how long those of the next do', async () => {
  const before = await harness.createDatabase()
  const hasty = openPool(before.pglite, { waitMsMax: 20 })
  await hasty.query('SELECT 1')
  await hasty.end()
  await before.close()

  await using db = await harness.createDatabase()
  const [one, other] = [openPool(db.pglite), openPool(db.pglite)]
  const holder = await one.connect()
  await holder.query('BEGIN')
  const waiting = other.query('SELECT 2 AS n')
  await new Promise((resolve) => setTimeout(resolve, 100))
  await holder.query('COMMIT')
  holder.release()
  expect((await waiting).rows).toEqual([{ n: 2 }])
  await Promise.all([one.end(), other.end()])
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool } from '../../src/connections.js'
import type { DatabaseMark, EmbeddedTestDatabase } from '../../src/harness/index.js'
import { type Harness, openHarness } from '../../src/harness/index.js'

let harness: Harness
let db: EmbeddedTestDatabase
let mark: DatabaseMark

beforeAll(async () => {
  harness = await openHarness({ migrations: false })
  db = await harness.createDatabase()
  await db.script('CREATE TABLE written (n int)')
  mark = await db.mark()
})
beforeEach(() => db.rewind(mark))
afterAll(async () => {
  expect(harness.statistics.replaced).toEqual({})
  await harness.close()
})

const insert = 'INSERT INTO written VALUES (1)'
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const times = (count: number, ask: () => Promise<unknown>) => Array.from({ length: count }, ask)

/** What became of each: done, or the code of its error. */
const outcomes = (asked: readonly Promise<unknown>[]) =>
  Promise.all(
    asked.map((one) =>
      one.then(
        () => 'done',
        ({ code }) => code,
      ),
    ),
  )

const rowsOf = async (of: EmbeddedTestDatabase) =>
  (await of.query<{ n: number }>('SELECT count(*)::int AS n FROM written')).rows[0]!.n

describe.each([
  ['at once', undefined],
  ['after a turn of the event loop', 0],
  ['after 5 ms', 5],
])('What was asked of a pool and not awaited, followed by a rewind %s,', (_, pause) => {
  test.each<[string, (pool: EmbeddedTestDatabase['pool']) => Promise<unknown>[]]>([
    ['one query of a new client', (pool) => [pool.query(insert)]],
    ['ten queries', (pool) => times(10, () => pool.query(insert))],
    ['more queries than there are clients', (pool) => times(25, () => pool.query(insert))],
    [
      'a client that is asked for, and then for a query',
      (pool) => [
        pool.connect().then(async (client) => {
          await client.query(insert).finally(() => client.release())
        }),
      ],
    ],
  ])('has no effect on the database that follows: %s', async (_what, ask) => {
    for (const pool of [db.pool, openPool(db), openPool(db.pglite)]) {
      for (const hasIdle of [false, true]) {
        if (hasIdle) await pool.query('SELECT 1')
        const asked = outcomes(ask(pool))
        if (pause !== undefined) await wait(pause)
        await db.rewind(mark)
        expect(new Set(await asked)).toEqual(
          new Set((await asked).map((one) => (one === 'done' ? one : '57P01'))),
        )
        await wait(5)
        expect(await rowsOf(db)).toBe(0)
        await db.rewind(mark)
      }
    }
  })
})

test('a request that a rewind voided says so, and who made it', async () => {
  await db.pool.query('SELECT 1')
  const asked = db.pool.query(insert)
  const told = expect(asked).rejects.toMatchObject({
    code: '57P01',
    message: expect.stringMatching(/before this request had a client.*rewind-pool\.test\.ts/s),
  })
  await db.rewind(mark)
  await told
})

test('clients that were not released before rewinds leave room for others', async () => {
  for (let round = 0; round < 25; round++) {
    const client = await db.pool.connect()
    client.on('error', () => {})
    await client.query('SELECT 1')
    await db.rewind(mark)
    expect((await db.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    // Who remembers it late does no harm.
    if (round % 2 === 0) client.release()
  }
})

test('a client that was given to a callback may be released after a rewind', async () => {
  const release = await new Promise<() => void>((resolve, reject) => {
    db.pool.connect((error, client, done) => {
      client?.on('error', () => {})
      if (error) reject(error)
      else resolve(done)
    })
  })
  await db.rewind(mark)
  release()
  expect((await db.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
})

test('nothing runs in the engine after a rewind that follows an error of a client', async () => {
  await db.pool.query('SELECT 1')
  const own = await db.mark()
  await db.rewind(own)
  const data = () => Buffer.from(db.pglite.Module.HEAPU8.subarray(2_560_000, 2_900_000))
  const before = data()
  for (const pause of [0, 50]) {
    const client = await db.pool.connect()
    await client.query('SELECT 1/0').catch(() => {})
    client.release()
    await db.rewind(own)
    await wait(pause)
    expect(data().equals(before)).toBe(true)
  }
})

test('queries that begin while a rewind goes on run before it or after it', async () => {
  const asked: Promise<unknown>[] = []
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      asked.push(db.pool.query(insert).catch(() => {}))
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  for (let round = 0; round < 10; round++) {
    await db.rewind(mark)
    await wait(2)
  }
  isOver = true
  await asking
  await Promise.all(asked)
  await db.rewind(mark)
  expect(await rowsOf(db)).toBe(0)
  expect(await db.digest()).toBe(await db.digest())
})

import { once } from 'node:events'
import { connect } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPool, serve } from '../../src/connections.js'
import type { EmbeddedTestDatabase } from '../../src/harness/index.js'
import { type Harness, openHarness } from '../../src/harness/index.js'

/** What is said of a served PGlite at `serve`: each of the differences, as it is met. */

let harness: Harness
let db: EmbeddedTestDatabase
let pool: pg.Pool
let one: pg.PoolClient
let other: pg.PoolClient

beforeAll(async () => {
  harness = await openHarness({ migrations: false })
  db = await harness.createDatabase()
  pool = openPool(db, { waitMsMax: 200, batchBytesMax: 100_000 })
})

const begin = async () => {
  await db.script('CREATE TABLE IF NOT EXISTS counters (id int PRIMARY KEY, n int)')
  await db.script('INSERT INTO counters VALUES (1, 0)')
  one = await pool.connect()
  other = await pool.connect()
}

afterEach(async () => {
  one.release(true)
  other.release(true)
  await db.rewind()
})

afterAll(async () => {
  await pool.end()
  await harness.close()
})

describe('Sessions of one PGlite differ from those of a server:', () => {
  test('a transaction waits for the end of another, whatever the two touch', async () => {
    await begin()
    await one.query('BEGIN')
    await expect(other.query('SELECT 1')).rejects.toMatchObject({ code: '55P03' })
    await one.query('COMMIT')
    expect((await other.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  test('transactions that read and write the same never fail to serialise', async () => {
    await begin()
    const add = async (client: pg.PoolClient) => {
      await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE')
      const { rows } = await client.query('SELECT n FROM counters WHERE id = 1')
      await client.query('UPDATE counters SET n = $1 WHERE id = 1', [rows[0].n + 1])
      await client.query('COMMIT')
    }
    await Promise.all([add(one), add(other)])
    expect((await one.query('SELECT n FROM counters')).rows).toEqual([{ n: 2 }])
  })

  test('statement_timeout does not end a statement', async () => {
    await begin()
    await one.query("SET statement_timeout = '1ms'")
    const { rows } = await one.query('SELECT pg_sleep(0.05)::text AS slept')
    expect(rows).toEqual([{ slept: '' }])
  })

  test('a statement that runs is not cancelled', async () => {
    await begin()
    await using server = await serve(db)
    const client = new pg.Client(server.url)
    await client.connect()
    const running = client.query('SELECT pg_sleep(0.1)::text AS slept')
    const { processID, secretKey } = client as unknown as Record<string, number>
    const request = Buffer.alloc(16)
    ;[16, 80877102, processID!, secretKey!].forEach((word, at) => {
      request.writeInt32BE(word, at * 4)
    })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.end(request)
    expect((await running).rows).toEqual([{ slept: '' }])
    await once(socket.resume(), 'close')
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await client.end()
  })

  test('who asks for an advisory lock waits for whoever holds another', async () => {
    await begin()
    await one.query('SELECT pg_advisory_lock(1)')
    const asking = other.query('SELECT pg_try_advisory_lock(2)')
    await expect(asking).rejects.toMatchObject({ code: '55P03' })
    await one.query('SELECT pg_advisory_unlock(1)')
    const { rows } = await other.query('SELECT pg_try_advisory_lock(2) AS got')
    expect(rows).toEqual([{ got: true }])
  })

  test('a temporary table is seen by all until its session ends, and its maker is warned', async () => {
    await begin()
    const warned: string[] = []
    one.on('notice', ({ message }) => warned.push(message!))
    await one.query('CREATE TEMP TABLE passing (n int)')
    expect(warned).toEqual([expect.stringContaining('seen by all sessions')])
    expect((await other.query('SELECT * FROM passing')).rows).toEqual([])
  })

  test('a COPY FROM STDIN is refused beside another statement, and nothing of them stays', async () => {
    await begin()
    const both = one.query('INSERT INTO counters VALUES (2, 0); COPY counters FROM STDIN')
    await expect(both).rejects.toThrow('send COPY FROM STDIN as a query by itself')
    expect((await one.query('SELECT id FROM counters')).rows).toEqual([{ id: 1 }])
  })

  test('a name of a setting that one made up is known to all, without its value', async () => {
    await begin()
    await one.query("SET app.tenant = 'north'")
    const { rows } = await other.query("SELECT current_setting('app.tenant') AS tenant")
    expect(rows).toEqual([{ tenant: '' }])
  })

  test('UNLISTEN and NOTIFY of one channel in one transaction tell nobody', async () => {
    await begin()
    const heard: string[] = []
    other.on('notification', ({ payload }) => heard.push(payload!))
    await other.query('LISTEN news')
    await one.query('LISTEN news')
    await one.query("UNLISTEN news; NOTIFY news, 'lost'")
    await one.query("NOTIFY news, 'kept'")
    await other.query('SELECT 1')
    expect(heard).toEqual(['kept'])
  })

  test('pg_stat_activity knows one session', async () => {
    await begin()
    const { rows } = await one.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend'",
    )
    expect(rows[0].n).toBeLessThan(2)
  })

  test('an answer of more than the bound is an error, after which the client goes on', async () => {
    await begin()
    await one.query('BEGIN')
    const long = one.query("SELECT repeat('x', 200000) FROM generate_series(1, 5)")
    await expect(long).rejects.toMatchObject({ code: '54000' })
    await one.query('UPDATE counters SET n = 7')
    await one.query('COMMIT')
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 7 }])
  })
})

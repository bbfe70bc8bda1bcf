import { from } from 'pg-copy-streams'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool } from '../../src/connections.js'
import { type Harness, openHarness } from '../../src/harness/index.js'
import type { EmbeddedTestDatabase } from '../../src/harness/test-database.js'

/** Clients of a database that is rewound, closed, or used by PGlite's own callers beside them. */

let harness: Harness
let db: EmbeddedTestDatabase

beforeAll(async () => {
  harness = await openHarness({ migrations: false })
})
afterAll(() => harness.close())

const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'no error',
    (error) => error.code as string,
  )
const tick = () => new Promise((resolve) => setTimeout(resolve, 30))

// These wait for as long as there is patience, so at once, each on a database of its own.
describe.concurrent('A transaction that a caller began beside clients', () => {
  test('is given back by a rewind to the caller that had it at the mark', async ({ expect }) => {
    const db = await harness.createDatabase()
    await db.pool.query('SELECT 1')
    await db.pglite.query('BEGIN')
    const mark = await db.mark()
    await db.pglite.query('COMMIT')
    await db.rewind(mark)
    expect(await codeOf(db.pool.query('SELECT 1'))).toBe('55P03')
    await db.pglite.query('ROLLBACK')
    expect((await db.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await db.close()
  })

  test('and forgot keeps no database from closing', async ({ expect }) => {
    const db = await harness.createDatabase()
    await db.pool.query({ name: 'one', text: 'SELECT 1' })
    await db.pglite.query('BEGIN')
    await db.close()
    expect(() => db.pool).toThrow('closed')
  })
})

/** A database for each test of the enclosing `describe`. */
function useFork(): void {
  beforeEach(async () => {
    db = await harness.createDatabase()
    return () => db.close()
  })
}

describe('A rewind', () => {
  useFork()

  test('lets clients begin, whatever transaction of a caller it has ended', async () => {
    await db.pool.query('SELECT 1')
    await db.pglite.query('BEGIN')
    await db.rewind()
    expect((await db.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  test('shows nobody what a client had not committed', async () => {
    await db.script('CREATE TABLE written (n int)')
    const mark = await db.mark()
    const client = await db.pool.connect()
    await client.query('BEGIN; INSERT INTO written VALUES (1)')
    const counting = db.pglite.query<{ n: number }>('SELECT count(*)::int AS n FROM written')
    const seen = counting.then(
      ({ rows }) => rows[0]!.n,
      () => 0,
    )
    await tick()
    await db.rewind(mark)
    expect(await seen).toBe(0)
    client.release()
    expect((await db.pool.query('SELECT * FROM written')).rows).toEqual([])
  })
})

describe('A database that is closed', () => {
  useFork()

  test('refuses those who wait for a client of its pool', async () => {
    const client = await db.pool.connect()
    await client.query('BEGIN')
    const waiting = Array.from({ length: 25 }, () => codeOf(db.pool.query('SELECT 1')))
    await tick()
    await db.close()
    client.release()
    expect(await Promise.all(waiting)).not.toContain('no error')
  })

  test('has a pool again after the code under test has ended one', async () => {
    await db.pool.query('SELECT 1')
    await db.pool.end()
    expect((await db.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })
})

describe('What one session leaves is nothing to the others:', () => {
  useFork()

  test('the values of sequences are its own, or not there', async () => {
    await db.script('CREATE TABLE counted (id serial)')
    const [one, other] = [await db.pool.connect(), await db.pool.connect()]
    await one.query('INSERT INTO counted DEFAULT VALUES')
    await other.query('INSERT INTO counted DEFAULT VALUES')
    expect(await codeOf(one.query('SELECT lastval()'))).toBe('55000')
    await one.query('INSERT INTO counted DEFAULT VALUES')
    expect((await one.query('SELECT lastval()::int AS v')).rows).toEqual([{ v: 3 }])
    one.release()
    other.release()
  })

  test('a setting by a prepared statement or a function of standard SQL', async () => {
    const memory = async (of: { query(sql: string): Promise<{ rows: unknown[] }> }) =>
      (await of.query('SHOW work_mem')).rows
    const [one, other] = [await db.pool.connect(), await db.pool.connect()]
    await one.query("PREPARE wide AS SELECT set_config('work_mem', '88MB', false)")
    await one.query('EXECUTE wide')
    expect(await memory(other)).toEqual([{ work_mem: '4MB' }])
    await one.query(`CREATE FUNCTION widen() RETURNS text
      RETURN set_config('work_mem', '77MB', false)`)
    await other.query('SELECT widen()')
    expect(await memory(one)).toEqual([{ work_mem: '88MB' }])
    expect(await memory(db.pglite)).toEqual([{ work_mem: '4MB' }])
    one.release()
    other.release()
  })

  test('a temporary table goes with it, also when it was not to write any more', async () => {
    await db.script('CREATE TABLE users (n int); INSERT INTO users VALUES (1)')
    const client = await db.pool.connect()
    await client.query('CREATE TEMP TABLE users (n int)')
    await client.query('SET default_transaction_read_only = on')
    client.release(true)
    await tick()
    expect((await db.pool.query('SELECT n FROM users')).rows).toEqual([{ n: 1 }])
  })

  test('a lock goes with it, also when its role was dropped', async () => {
    await db.script('CREATE ROLE app')
    const [one, other] = [await db.pool.connect(), await db.pool.connect()]
    await one.query('SELECT pg_advisory_lock(9)')
    expect(await codeOf(db.pglite.query('SELECT pg_try_advisory_lock(9)'))).toBe('55P03')
    await one.query('SET ROLE app')
    await other.query('DROP ROLE app')
    expect(await codeOf(one.query('SELECT 1'))).toBe('57P01')
    one.release(true)
    await tick()
    const { rows } = await other.query('SELECT pg_try_advisory_lock(9) AS got')
    expect(rows).toEqual([{ got: true }])
    other.release(true)
  })

  test('a lock goes with it, also when it went while a caller had a transaction open', async () => {
    const pool = openPool(db, { waitMsMax: 50 })
    const client = await pool.connect()
    await client.query('SELECT pg_advisory_lock(11)')
    await db.pglite.query('BEGIN')
    client.release(true)
    await new Promise((resolve) => setTimeout(resolve, 150))
    await db.pglite.query('COMMIT')
    const { rows } = await pool.query('SELECT pg_try_advisory_lock(11) AS got')
    expect(rows).toEqual([{ got: true }])
    await pool.end()
  })

  test('a state of PGlite itself that cannot be put back is given up once', async () => {
    await db.script('CREATE TABLE gone (n int)')
    await db.pool.query('SELECT 1')
    await db.pglite.exec('PREPARE q AS SELECT * FROM gone')
    await db.pool.query('DROP TABLE gone')
    expect(await codeOf(db.pglite.query('SELECT 1'))).toBe('57P01')
    expect((await db.pglite.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }])
  })

  test('a COPY that was refused is over, and does not take what is asked next', async () => {
    const pool = openPool(db, { waitMsMax: 100 })
    await db.script('CREATE TABLE copied (n int)')
    const [one, other] = [await pool.connect(), await pool.connect()]
    const stream = one.query(from('COPY copied FROM STDIN'))
    stream.write('1\n')
    await tick()
    await other.query('BEGIN')
    const failed = new Promise((resolve) => stream.once('error', resolve))
    stream.end()
    expect(await failed).toMatchObject({ code: '55P03' })
    await other.query('COMMIT')
    expect((await one.query('SELECT 7 AS n')).rows).toEqual([{ n: 7 }])
    expect((await one.query('SELECT * FROM copied')).rows).toEqual([])
    one.release()
    other.release()
    await pool.end()
  })
})

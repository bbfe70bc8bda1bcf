import { setImmediate as nextTurn } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedTestDatabase } from '../../src/harness/index.js'
import { type Harness, openHarness } from '../../src/harness/index.js'
import { crashingJson } from '../support/crashing-json.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness({ migrations: false })
})
afterAll(() => harness.close())

/** A pool that a test makes by itself, and what it was told without having asked. */
async function poolOf(db: EmbeddedTestDatabase) {
  const pool = new pg.Pool({ connectionString: await db.url() })
  const errors: unknown[] = []
  // Without this, an error would end the process.
  pool.on('error', (error) => errors.push(error))
  await Promise.all([1, 2, 3].map((n) => pool.query('SELECT $1::int AS n', [n])))
  return { pool, errors }
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await nextTurn()
}

test.each<[string, (db: EmbeddedTestDatabase, pool: pg.Pool) => Promise<unknown>]>([
  ['before a rewind', (db, pool) => pool.end().then(() => db.rewind())],
  ['after a rewind', (db, pool) => db.rewind().then(() => pool.end())],
  ['during a rewind', (db, pool) => Promise.all([db.rewind(), pool.end()])],
  ['before its database', (db, pool) => pool.end().then(() => db.close())],
  ['after its database', (db, pool) => db.close().then(() => pool.end())],
  ['while its database is closed', (db, pool) => Promise.all([db.close(), pool.end()])],
])('a pool on the URL that is ended %s has no error', async (_when, end) => {
  const db = await harness.createDatabase()
  const { pool, errors } = await poolOf(db)
  await end(db, pool)
  await settled()
  expect(errors).toEqual([])
  await db.close()
})

test('a pool on the URL goes on after rewinds, with the database that is there', async () => {
  await using db = await harness.createDatabase()
  const { pool, errors } = await poolOf(db)
  const named = { name: 'count', text: 'SELECT count(*)::int AS n FROM kept' }
  await db.script('CREATE TABLE kept (n int)')
  const mark = await db.mark()
  for (let round = 0; round < 5; round++) {
    expect((await pool.query(named)).rows).toEqual([{ n: 0 }])
    await pool.query('INSERT INTO kept VALUES (1)')
    await db.rewind(mark)
  }
  expect((await pool.query('SHOW application_name')).rows).toEqual([{ application_name: '' }])
  expect(errors).toEqual([])
  await pool.end()
})

test.each([
  ['a setting', "SET application_name = 'mine'"],
  ['a setting by a function of the project', 'SELECT remember()'],
  ['a temporary table', 'CREATE TEMP TABLE own (n int)'],
  ['a statement of SQL', 'PREPARE own AS SELECT 1'],
  ['an advisory lock', 'SELECT pg_advisory_lock(1)'],
  ['a channel', 'LISTEN own'],
  ['a transaction', 'BEGIN'],
  ['a transaction that failed', 'BEGIN; SELECT 1 / 0'],
])('a client by the URL that would lose %s is ended by a rewind', async (_what, sql) => {
  await using db = await harness.createDatabase()
  await db.script(`CREATE FUNCTION remember() RETURNS text LANGUAGE plpgsql AS
    $$ BEGIN RETURN set_config('app.remembered', 'yes', false); END $$`)
  const mark = await db.mark()
  const client = new pg.Client(await db.url())
  await client.connect()
  // A second error, of the connection, follows.
  client.on('error', () => {})
  const told = new Promise((resolve) => client.once('error', resolve))
  await client.query(sql).catch(() => {})
  await db.rewind(mark)
  expect(await told).toMatchObject({ code: '57P01' })
})

test('a client by the URL is ended where a rewind has to replace the instance', async () => {
  await using db = await harness.createDatabase()
  const { pool, errors } = await poolOf(db)
  await db.query('CREATE TABLE deep (value jsonb)')
  await db.query('INSERT INTO deep VALUES ($1)', [crashingJson]).catch(() => {})
  await db.rewind()
  await settled()
  expect(errors.length).toBeGreaterThan(0)
  expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  await pool.end()
})

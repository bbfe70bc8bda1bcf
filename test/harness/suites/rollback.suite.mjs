import { setTimeout as sleep } from 'node:timers/promises'
import { databaseTest } from 'driftpin/vitest'
import { expect } from 'vitest'

const test = databaseTest({ migrations: 'migrations', seed: 'seed.sql', isolation: 'rollback' })
const insert = (db, name, tug = null) =>
  db.query('INSERT INTO boats (name, tug) VALUES ($1, $2) RETURNING id', [name, tug])

test('a test writes, in transactions of its own too', async ({ db }) => {
  expect((await insert(db, 'Fram')).rows).toEqual([{ id: 3 }])
  await db.transaction((tx) => insert(tx, 'Gjoa'))
  const undone = db.transaction(async (tx) => {
    await insert(tx, 'Hecla')
    throw new Error('planted')
  })
  await expect(undone).rejects.toThrow('planted')
  await db.withSession((session) => insert(session, 'Investigator'))
  const { rows } = await db.query('SELECT count(*)::int AS n FROM boats')
  expect(rows).toEqual([{ n: 5 }])
})

test('the next test finds no row of it, and its sequence where it was moved to', async ({ db }) => {
  expect((await db.query('SELECT count(*)::int AS n FROM boats')).rows).toEqual([{ n: 2 }])
  expect((await insert(db, 'Jeannette')).rows[0].id).toBeGreaterThan(3)
})

test('now() stands still', async ({ db }) => {
  const now = async () => (await db.query('SELECT now()::text AS now')).rows[0].now
  const before = await now()
  await sleep(5)
  expect(await now()).toBe(before)
})

test('a deferred constraint is not seen', async ({ db }) => {
  await insert(db, 'Karluk', 4711)
})

test('but is where the test asks for it', async ({ db }) => {
  const asked = db.transaction(async (tx) => {
    await insert(tx, 'Karluk', 4711)
    await tx.query('SET CONSTRAINTS ALL IMMEDIATE')
  })
  await expect(asked).rejects.toMatchObject({ code: '23503' })
})

const refused = { code: 'isolation_refused', message: expect.stringContaining('isolation') }

test('what a transaction cannot do is not there, or is refused', async ({ db }) => {
  for (const name of ['listen', 'pool', 'url', 'pglite', 'mark', 'rewind', 'fork', 'save']) {
    expect(name in db, name).toBe(false)
  }
  db.clock.set(0)
  expect((await db.query('SELECT clock_timestamp() AS at')).rows).toEqual([{ at: new Date(0) }])
  const asked = db.transaction(async () => {}, { isolation: 'serializable' })
  await expect(asked).rejects.toMatchObject(refused)
})

test('FAILS after a statement that fails', async ({ db }) => {
  await insert(db, 'Lady Nyassa')
  await expect(db.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' })
  expect((await db.query('SELECT count(*)::int AS n FROM boats')).rows).toEqual([{ n: 17 }])
})

test('FAILS having committed', async ({ db }) => {
  await insert(db, 'Nautilus')
  await db.script('COMMIT')
})

test('the next test does not find what was committed', async ({ db }) => {
  expect((await db.query('SELECT count(*)::int AS n FROM boats')).rows).toEqual([{ n: 2 }])
})

test('FAILS by a crash of the engine', async ({ db }) => {
  await insert(db, 'Orca')
  const value = '['.repeat(7000) + ']'.repeat(7000)
  await db.query('SELECT $1::jsonb', [value])
})

test('the next test has an engine that works, without what the crashed one had', async ({ db }) => {
  expect((await db.query('SELECT count(*)::int AS n FROM boats')).rows).toEqual([{ n: 2 }])
  await insert(db, 'Pandora')
  expect((await db.query('SELECT count(*)::int AS n FROM boats')).rows).toEqual([{ n: 3 }])
})

test('and so has the one after that', async ({ db }) => {
  expect((await db.query('SELECT count(*)::int AS n FROM boats')).rows).toEqual([{ n: 2 }])
})

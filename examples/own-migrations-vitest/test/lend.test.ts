import { databaseTest } from 'driftpin/vitest'
import { expect } from 'vitest'
import { lend } from '../src/lend.js'

// If TEST_SERVER is set, the same tests run on that PostgreSQL, each in its own database.
const test = databaseTest({
  migrations: './db/migrations',
  seed: './db/seed.sql',
  server: process.env.TEST_SERVER,
})

test('a copy that is there is lent for two weeks', async ({ db }) => {
  const dueAt = await lend(db.pool, 'The Pilot', 'Ada')
  const { rows } = await db.query<{ now: Date }>('SELECT now()')
  const days = (dueAt!.getTime() - rows[0]!.now.getTime()) / (24 * 60 * 60 * 1000)
  expect(Math.round(days)).toBe(14)
})

test('the last copy is lent once, whoever else asks at the same moment', async ({ db }) => {
  const asked = await Promise.all(['Ada', 'Grace'].map((who) => lend(db.pool, 'The Pilot', who)))
  expect(asked.filter((dueAt) => dueAt !== undefined)).toHaveLength(1)
})

// An earlier test lent the only copy. Here it is available again.
test('a book without copies is not lent, and nothing is written', async ({ db }) => {
  const before = await db.digest()
  expect(await lend(db.pool, 'Kidnapped', 'Ada')).toBeUndefined()
  expect(await db.digest()).toBe(before)
  expect((await db.query('SELECT FROM books WHERE copies = 1')).rowCount).toBe(1)
})

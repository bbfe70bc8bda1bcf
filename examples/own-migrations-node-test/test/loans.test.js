import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { openHarness } from 'driftpin/harness'

// One database for the file, reset after each test.
const harness = await openHarness({ migrations: './db' })
const db = await harness.createDatabase()
let mark
before(async () => {
  await db.query("INSERT INTO books VALUES ('The Pilot', 1)")
})
beforeEach(async () => {
  mark = await db.mark()
})
afterEach(() => db.rewind(mark))
after(() => harness.close())

test('a loan needs a book', async () => {
  const loan = db.query("INSERT INTO loans VALUES ('Kidnapped', 'Ada')")
  await assert.rejects(loan, { code: '23503' })
})

test('whatever a test does', async () => {
  await db.query('DROP TABLE loans')
  await db.query('TRUNCATE books')
})

test('the next one has everything as it was', async () => {
  await db.query("INSERT INTO loans VALUES ('The Pilot', 'Ada')")
  const { rows } = await db.query('SELECT * FROM books')
  assert.deepEqual(rows, [{ title: 'The Pilot', copies: 1 }])
})

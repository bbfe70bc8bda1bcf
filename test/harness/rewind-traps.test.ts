import { expect, test } from 'vitest'
import { type EmbeddedTestDatabase, openHarness } from '../../src/harness/index.js'
import { crashingJson } from '../support/crashing-json.js'

/** A module that no image has: nothing at the start needs it. */
const loadOne = (db: EmbeddedTestDatabase) => db.script("LOAD '/pglite/lib/postgresql/pgoutput.so'")

/** One after the other, since each begins where no module was loaded late. */
test('a module that comes after the mark costs one instance, and is loaded early from then on', async () => {
  await using harness = await openHarness({ migrations: false })
  const db = await harness.createDatabase()
  const before = await db.digest()
  await loadOne(db)
  await db.rewind()
  expect(harness.statistics.replaced).toEqual({ 'a module was loaded after the mark': 1 })
  expect(await db.digest()).toBe(before)
  for (let round = 0; round < 3; round++) {
    await loadOne(db)
    await db.rewind()
    expect(await db.digest()).toBe(before)
  }
  expect(harness.statistics.replaced).toEqual({ 'a module was loaded after the mark': 1 })
})

test('a value that the engine crashes on is no success, and the instance is replaced', async () => {
  await using harness = await openHarness({ migrations: false })
  const db = await harness.createDatabase()
  const before = await db.digest()
  const { pglite } = db
  await db.script('CREATE TABLE deep (value jsonb)')
  await expect(db.query('INSERT INTO deep VALUES ($1)', [crashingJson])).rejects.toThrow()
  await db.rewind()
  expect(harness.statistics.replaced).toEqual({ 'the engine crashed': 1 })
  expect(db.pglite).not.toBe(pglite)
  expect(await db.digest()).toBe(before)
})

test('timers of what was undone do not ring', async () => {
  await using harness = await openHarness({ migrations: false })
  const db = await harness.createDatabase()
  await db.pglite.exec('SET idle_session_timeout = 200')
  await db.rewind()
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  expect(harness.statistics.replaced).toEqual({})
})

test('the words of a language and plpgsql are there from the start, so that using them costs nothing', async () => {
  await using harness = await openHarness({ migrations: false })
  const db = await harness.createDatabase()
  const { pglite } = db
  await db.script(`DO $$ BEGIN PERFORM 1; END $$;
    CREATE FUNCTION one() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$`)
  expect((await db.query('SELECT one()')).rows).toEqual([{ one: 1 }])
  const { rows } = await db.query("SELECT to_tsvector('english', 'cats')::text AS words")
  expect(rows).toEqual([{ words: "'cat':1" }])
  await db.rewind()
  expect(db.pglite).toBe(pglite)
  await expect(db.query('SELECT one()')).rejects.toMatchObject({ code: '42883' })
  expect(harness.statistics.replaced).toEqual({})
})

test('an engine that exited on a broken protocol is replaced', async () => {
  await using harness = await openHarness({ migrations: false })
  const db = await harness.createDatabase()
  const before = await db.digest()
  await db.script('CREATE TABLE copied (n integer)')
  const text = Buffer.from('COPY copied FROM STDIN\0')
  const head = Buffer.from([0x51, 0, 0, 0, text.length + 4])
  await expect(db.pglite.execProtocolRaw(Buffer.concat([head, text]))).rejects.toThrow(/exit/)
  await db.rewind()
  expect(harness.statistics.replaced).toEqual({ 'the engine crashed': 1 })
  expect(await db.digest()).toBe(before)
})

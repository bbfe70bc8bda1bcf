import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'

let harness: Harness
let db: EmbeddedTestDatabase
let before: string

beforeAll(async () => {
  harness = await openHarness({
    setup: (db) => db.script('CREATE TABLE items (id serial PRIMARY KEY, n integer)'),
  })
  db = await harness.createDatabase()
  before = await db.digest()
})
beforeEach(() => db.rewind())
afterAll(() => harness.close())

test('listeners that came after the mark are not called, and those from before are', async () => {
  const heard: string[] = []
  await db.pglite.listen('kept', (payload) => void heard.push(`kept ${payload}`))
  const mark = await db.mark()
  await db.pglite.listen('news', (payload) => void heard.push(`news ${payload}`))
  await db.listen('news', (payload) => void heard.push(`also ${payload}`))
  db.pglite.onNotification((channel) => void heard.push(`any ${channel}`))
  await db.pglite.unlisten('kept')
  await db.rewind(mark)
  await db.pglite.exec("LISTEN news; NOTIFY news, 'one'; NOTIFY kept, 'two'")
  await db.query('SELECT 1')
  expect(heard).toEqual(['kept two'])
  await db.rewind()
  await db.pglite.exec("LISTEN kept; NOTIFY kept, 'three'")
  expect(heard).toEqual(['kept two'])
})

test('a listener that came in a transaction which failed is not called either', async () => {
  const heard: string[] = []
  await db.pglite.listen('news', (payload) => void heard.push(payload))
  await db.pglite.exec('BEGIN; SELECT 1 / 0').catch(() => {})
  await db.rewind()
  await db.pglite.exec("LISTEN news; NOTIFY news, 'one'")
  expect(heard).toEqual([])
  expect(await db.digest()).not.toBe(before)
})

test('parsers of arrays that were learnt after the mark are forgotten', async () => {
  const { parsers } = db.pglite
  const known = Object.keys(parsers).length
  await db.pglite.exec("CREATE TYPE mood AS ENUM ('sad', 'glad')")
  await db.pglite.refreshArrayTypes()
  const moods = await db.pglite.query("SELECT ARRAY['sad']::mood[] AS moods")
  expect(moods.rows).toEqual([{ moods: ['sad'] }])
  await db.rewind()
  expect(Object.keys(db.pglite.parsers)).toHaveLength(known)
})

test('COPY to and from a blob leaves neither rows nor bytes', async () => {
  const blob = new Blob(['7\t1\n8\t2\n'])
  await db.pglite.query("COPY items FROM '/dev/blob'", [], { blob })
  expect((await db.query('SELECT id FROM items')).rows).toEqual([{ id: 7 }, { id: 8 }])
  const copied = await db.pglite.query("COPY items TO '/dev/blob'")
  expect(await copied.blob?.text()).toBe('7\t1\n8\t2\n')
  await db.rewind()
  const broken = new Blob(['7\t1\nno number\t2\n'])
  const copy = db.pglite.query("COPY items FROM '/dev/blob'", [], { blob: broken })
  await expect(copy).rejects.toMatchObject({ code: '22P02' })
  await db.rewind()
  expect(await db.digest()).toBe(before)
  const empty = await db.pglite.query("COPY items TO '/dev/blob'")
  expect(empty.blob?.size ?? 0).toBe(0)
})

test('a query that nobody waits for ends before the rewind, and is undone', async () => {
  const late = db.query('INSERT INTO items (n) SELECT n FROM generate_series(1, 20000) n')
  await db.rewind()
  await late
  expect(await db.digest()).toBe(before)
  expect(harness.statistics.replaced).toEqual({})
})

test('a transaction that never ends costs the instance, and nothing else', async () => {
  const left = db.pglite.transaction(async (transaction) => {
    await transaction.query('INSERT INTO items (n) VALUES (1)')
    await new Promise(() => {})
  })
  left.catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 50))
  await expect(db.mark()).rejects.toMatchObject({ code: 'rewind_impossible' })
  await db.rewind()
  expect(harness.statistics.replaced).toEqual({ 'a statement did not end': 1 })
  expect(await db.digest()).toBe(before)
  const { rows } = await db.query('INSERT INTO items (n) VALUES (1) RETURNING id')
  expect(rows).toEqual([{ id: 1 }])
})

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedTestDatabase, Harness } from '../../src/harness/index.js'
import { catalogKinds } from './rewind-catalog-kinds.js'
import { contentKinds } from './rewind-content-kinds.js'
import { dirty } from './rewind-kind.js'
import { sessionKinds } from './rewind-session-kinds.js'
import { openRewindHarness, positions, workedAsBefore, worksAsBefore } from './rewind-start.js'

let harness: Harness
let db: EmbeddedTestDatabase

beforeAll(async () => {
  harness = await openRewindHarness()
  db = await harness.createDatabase()
})
afterAll(() => harness.close())

/** Where a database is, read in a way that leaves it there. */
async function whereIs(db: EmbeddedTestDatabase) {
  return { positions: await positions(db), digest: await db.digest() }
}

test('marks are gone back to in any order, over files that shrank and grew', async () => {
  await db.rewind()
  const a = await db.mark()
  await db.script(`CREATE TABLE grown AS SELECT n, repeat('x', 500) AS body
    FROM generate_series(1, 2000) n; CHECKPOINT`)
  const b = await db.mark()
  await db.script("DELETE FROM grown; SET work_mem = '2MB'")
  await db.pglite.exec('VACUUM grown')
  const c = await db.mark()
  const seen = new Map<object, unknown>()
  for (const mark of [a, b, c, a, c, b, b, a, b, c, c, a]) {
    await db.rewind(mark)
    const where = await whereIs(db)
    if (seen.has(mark)) expect(where).toEqual(seen.get(mark))
    seen.set(mark, where)
    await db.rewind(mark)
    await db.script('CREATE TABLE other AS SELECT * FROM generate_series(1, 5000)')
    await db.pglite.exec('DROP TABLE IF EXISTS grown; CHECKPOINT')
  }
  expect(new Set([...seen.values()].map((one) => JSON.stringify(one))).size).toBe(3)
  expect(harness.statistics.replaced).toEqual({})
})

test('any states in any order leave nothing behind', async () => {
  const kinds = [...contentKinds, ...catalogKinds, ...sessionKinds]
  await db.rewind()
  const start = await whereIs(db)
  const steps = fc.array(fc.integer({ min: 0, max: kinds.length - 1 }), {
    minLength: 1,
    maxLength: 4,
  })
  const property = fc.asyncProperty(steps, async (numbers) => {
    await db.rewind()
    // One state may stand in the way of the next: what counts is that all of them go.
    for (const number of numbers) await dirty(kinds[number]!, db).catch(() => {})
    await db.rewind()
    expect(await whereIs(db)).toEqual(start)
    expect(await worksAsBefore(db)).toEqual(workedAsBefore)
  })
  await fc.assert(property, { seed: 20260101, numRuns: 25 })
  expect(harness.statistics.replaced).toEqual({})
})

test('a fork equals the mark that it was made from, and nobody sees what another does', async () => {
  await db.rewind()
  await db.script("INSERT INTO shop.items (name) VALUES ('of the mark'); SET app.owner = 'eve'")
  const mark = await db.mark()
  const digest = await db.digest()
  await db.script('DROP SCHEMA shop CASCADE')
  const [one, other] = [await db.fork(mark), await db.fork(mark)]
  expect([await one.digest(), await other.digest()]).toEqual([digest, digest])
  await one.script('DELETE FROM shop.orders; DELETE FROM shop.items; CHECKPOINT')
  expect(await other.digest()).toBe(digest)
  await one.rewind()
  expect(await one.digest()).toBe(digest)
  await db.rewind(mark)
  expect(await db.digest()).toBe(digest)
  await expect(one.rewind(mark)).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(one.fork(mark)).rejects.toMatchObject({ code: 'invalid_input' })
  await Promise.all([one.close(), other.close()])
})

test('memory that grew is kept, and is no reason to replace the instance', async () => {
  const sizeOf = () =>
    (db.pglite as unknown as { Module: { HEAPU8: Uint8Array } }).Module.HEAPU8.length
  await db.rewind()
  const start = await whereIs(db)
  const { pglite } = db
  const before = sizeOf()
  await pglite.exec("SELECT length(repeat('x', 150000000))")
  expect(sizeOf()).toBeGreaterThan(before)
  await db.rewind()
  expect(db.pglite).toBe(pglite)
  expect(await whereIs(db)).toEqual(start)
  const mark = await db.mark()
  const fork = await db.fork(mark)
  expect(await fork.digest()).toBe(start.digest)
  await fork.close()
})

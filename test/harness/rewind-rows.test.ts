import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedTestDatabase, Harness } from '../../src/harness/index.js'
import { catalogKinds } from './rewind-catalog-kinds.js'
import { contentKinds } from './rewind-content-kinds.js'
import { dirty, isSeen } from './rewind-kind.js'
import { sessionKinds } from './rewind-session-kinds.js'
import { openRewindHarness, positions, workedAsBefore, worksAsBefore } from './rewind-start.js'

let harness: Harness
let db: EmbeddedTestDatabase
let before: string
let place: unknown

beforeAll(async () => {
  harness = await openRewindHarness()
  db = await harness.createDatabase()
  before = await db.digest()
  await db.rewind()
  place = await positions(db)
  await db.rewind()
})
afterAll(async () => {
  expect(harness.statistics).toMatchObject({ replaced: {}, fallbacks: {} })
  await harness.close()
})

/** Nothing is left, and everything works, with the numbers that it had. */
async function expectAsBefore() {
  expect(await positions(db)).toEqual(place)
  expect(await db.digest()).toBe(before)
  expect(await worksAsBefore(db)).toEqual(workedAsBefore)
}

describe.each([
  ['content', contentKinds],
  ['the catalog', catalogKinds],
  ['the session', sessionKinds],
])('of %s, a rewind takes away', (_, kinds) => {
  test.each(kinds)('$what', async (kind) => {
    await db.rewind()
    await dirty(kind, db)
    expect(await isSeen(kind, db)).toBe(true)
    await db.rewind()
    await expectAsBefore()
    await db.rewind()
    expect(await isSeen(kind, db)).toBe(false)
  })
})

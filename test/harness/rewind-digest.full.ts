import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestDatabase } from '../../src/catalog/index.js'
import type { EmbeddedTestDatabase, Harness } from '../../src/harness/index.js'
import { catalogChanges } from '../catalog/digest-catalog-changes.js'
import { contentChanges } from '../catalog/digest-content-changes.js'
import { openRewindHarness } from './rewind-start.js'

let harness: Harness
let db: EmbeddedTestDatabase
let before: string

// PostgreSQL cannot list the settings that a project makes up for itself.
const digest = () => digestDatabase(db, { settings: ['app.owner'] })

beforeAll(async () => {
  harness = await openRewindHarness()
  db = await harness.createDatabase()
  before = await digest()
})
afterAll(async () => {
  expect(harness.statistics).toMatchObject({ replaced: {}, fallbacks: {} })
  await harness.close()
})

test.each([...contentChanges, ...catalogChanges])(
  'what the digest tells is undone by a rewind: $what',
  async ({ sql }) => {
    await db.rewind()
    await db.script(sql)
    expect(await digest()).not.toBe(before)
    await db.rewind()
    expect(await digest()).toBe(before)
  },
)

import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type CatalogState,
  catalogDifferences,
  describeCatalog,
  describeDatabase,
  type Fact,
} from '../../src/catalog/index.js'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'
import { catalogChanges } from './digest-catalog-changes.js'
import { digestStart } from './digest-start.js'

let harness: Harness
let db: EmbeddedTestDatabase
let before: CatalogState
beforeAll(async () => {
  harness = await openHarness({ migrations: false })
  db = await harness.createDatabase()
  await db.script(digestStart)
  await db.script('CREATE ROLE digest_one; CREATE ROLE digest_other; CREATE ROLE digest_super')
  before = await describeCatalog(db)
})
afterAll(() => harness.close())

test('it has the facts of the digest', async () => {
  const all = [...(await describeDatabase(db)).values()]
  const isOfCatalog = ({ kind }: Fact) =>
    !['large object', 'rows', 'sequence value', 'session'].includes(kind)
  const described = [...before.units.values()].flatMap(({ facts }) => facts)
  const pairs = (facts: readonly Fact[]) => facts.map(({ title, text }) => [title, text]).sort()
  const settings = all.filter(({ kind, text }) => kind === 'setting' && !text.startsWith('{'))
  expect(pairs(described)).toEqual(
    pairs(all.filter((fact) => isOfCatalog(fact) && !settings.includes(fact))),
  )
  expect(described.length).toBeGreaterThan(50)
})

test('each change of a catalog is seen when only what is new is described', async () => {
  const mark = await db.mark()
  const unseen: string[] = []
  const wrong: string[] = []
  for (const { what, sql } of catalogChanges) {
    await db.script(sql)
    const since = await describeCatalog(db, before)
    if (catalogDifferences(before, since).length === 0) unseen.push(what)
    if (catalogDifferences(await describeCatalog(db), since).length > 0) wrong.push(what)
    await db.rewind(mark)
  }
  expect({ unseen, wrong }).toEqual({ unseen: [], wrong: [] })
})

test('nothing is missed when each description goes on from the one before', async () => {
  const mark = await db.mark()
  let state = before
  const wrong: string[] = []
  // None of these is undone: what one made, another drops.
  for (const sql of [
    'CREATE TABLE one (id int PRIMARY KEY)',
    'DROP TABLE one',
    'CREATE TABLE two (id int PRIMARY KEY, note text DEFAULT $$a$$)',
    "COMMENT ON COLUMN two.note IS 'What it says.'",
    'COMMENT ON COLUMN two.note IS NULL',
    'ALTER TABLE two ALTER COLUMN note DROP DEFAULT',
    'BEGIN; DROP TABLE two; ROLLBACK',
    'ALTER TABLE two RENAME TO three',
    'CREATE INDEX three_note_idx ON three (note)',
    'DROP INDEX three_note_idx; DROP TABLE three',
  ]) {
    await db.script(sql)
    state = await describeCatalog(db, state)
    if (catalogDifferences(await describeCatalog(db), state).length > 0) wrong.push(sql)
  }
  expect(wrong).toEqual([])
  expect(catalogDifferences(before, state)).toEqual([])
  await db.rewind(mark)
})

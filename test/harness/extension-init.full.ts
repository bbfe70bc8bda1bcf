import type { Extension } from '@electric-sql/pglite'
import { expect, test } from 'vitest'
import type { EmbeddedTestDatabase } from '../../src/harness/index.js'
import { openImage } from '../../src/harness/open-image.js'
import { crashingJson } from '../support/crashing-json.js'
import { freshHarness, useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()

/** Where the init of an extension ran, and what it heard there. */
const heard: string[] = []

/** Like those of sync and graph extensions: its init prepares the session, and cannot run twice. */
const session: Extension = {
  name: 'session',
  setup: async (pglite) => ({
    init: async () => {
      await pglite.exec(`CREATE TEMP TABLE of_init AS SELECT 'init' AS word;
        SET app.owner = 'init'`)
      await pglite.listen('calls', (payload) => void heard.push(payload))
    },
  }),
}

const options = async () => ({
  migrations: await folder.migrations('m', 'CREATE TABLE a AS SELECT 1 AS n;'),
  cacheDirectory: folder.path('images'),
  extensions: { session },
})

const ownerOf = async (db: EmbeddedTestDatabase) =>
  (await db.query("SELECT current_setting('app.owner') AS owner")).rows[0]

const wordsOf = async (db: EmbeddedTestDatabase) =>
  (await db.query<{ word: string }>('SELECT word FROM of_init')).rows.map(({ word }) => word)

async function expectBegun(db: EmbeddedTestDatabase) {
  expect(await wordsOf(db)).toEqual(['init'])
  expect(await ownerOf(db)).toEqual({ owner: 'init' })
  heard.length = 0
  await db.query("NOTIFY calls, 'ring'")
  await expect.poll(() => heard).toEqual(['ring'])
}

const changeAll = (db: EmbeddedTestDatabase) =>
  db.script("DROP TABLE of_init; DELETE FROM a; SET app.owner = 'test'; UNLISTEN *")

test('what the init of an extension did to the session is there after each rewind', async () => {
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(await options())
  await using db = await harness.createDatabase()
  for (let times = 0; times < 3; times++) {
    await expectBegun(db)
    await changeAll(db)
    await db.rewind()
  }
  await using other = await harness.createDatabase()
  await expectBegun(other)
  expect(harness.statistics).toMatchObject({ replaced: {}, fallbacks: {} })
})

test('a fork of a mark has what followed the init, not what the init would do again', async () => {
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(await options())
  await using db = await harness.createDatabase()
  await db.script("INSERT INTO of_init VALUES ('test'); SET app.owner = 'test'")
  const mark = await db.mark()
  await using fork = await db.fork(mark)
  for (let times = 0; times < 2; times++) {
    expect(await wordsOf(fork)).toEqual(['init', 'test'])
    expect(await ownerOf(fork)).toEqual({ owner: 'test' })
    heard.length = 0
    await fork.query("NOTIFY calls, 'fork'")
    await expect.poll(() => heard).toEqual(['fork'])
    await changeAll(fork)
    await fork.rewind()
  }
  expect(harness.statistics).toMatchObject({ replaced: {}, fallbacks: {} })
})

test('databases of a seed function have what it made of the session that init prepared', async () => {
  const { openHarness } = await freshHarness()
  const seed = async (db: EmbeddedTestDatabase) => {
    expect(await wordsOf(db)).toEqual(['init'])
    await db.script("INSERT INTO of_init VALUES ('seed'); SET app.owner = 'seed'")
  }
  await using harness = await openHarness({ ...(await options()), seed })
  await using one = await harness.createDatabase()
  await using other = await harness.createDatabase()
  for (const db of [one, other]) {
    expect(await wordsOf(db)).toEqual(['init', 'seed'])
    expect(await ownerOf(db)).toEqual({ owner: 'seed' })
    await changeAll(db)
    await db.rewind()
    expect(await wordsOf(db)).toEqual(['init', 'seed'])
  }
  expect(harness.statistics).toMatchObject({ replaced: {}, fallbacks: {} })
})

test('a crash costs the instance, and the next one went through the init too', async () => {
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(await options())
  await using db = await harness.createDatabase()
  await db.script("INSERT INTO of_init VALUES ('test')")
  const mark = await db.mark()
  const crash = async () => {
    await expect(db.query('SELECT $1::jsonb', [crashingJson])).rejects.toThrow()
  }
  await crash()
  await db.rewind()
  await expectBegun(db)
  await db.rewind(mark)
  expect(await wordsOf(db)).toEqual(['init', 'test'])
  expect(harness.statistics.fallbacks).toEqual({})
})

test('a database that was kept has it as well, where the extension is not', async () => {
  const path = folder.path('kept.image')
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(await options())
  await using db = await harness.createDatabase()
  await db.save(path)
  await using kept = await openImage(path)
  expect(await wordsOf(kept)).toEqual(['init'])
  expect(await ownerOf(kept)).toEqual({ owner: 'init' })
})

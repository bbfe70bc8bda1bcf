import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EmbeddedTestDatabase } from '../../src/harness/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { freshHarness, useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()
const { openHarness } = await freshHarness()
const open = async () =>
  openHarness({
    migrations: await folder.migrations('m', 'CREATE TABLE a (n int); CREATE SEQUENCE s;'),
    cacheDirectory: folder.path('images'),
  })
const all = async (db: EmbeddedTestDatabase) =>
  (await db.query<{ n: number }>('SELECT n FROM a ORDER BY n')).rows.map(({ n }) => n)

test('forks of one image know nothing of each other', async () => {
  await using harness = await open()
  const forks = await Promise.all([
    harness.createDatabase(),
    harness.createDatabase(),
    harness.createDatabase(),
  ])
  await Promise.all(
    forks.map(async (db, index) => {
      await db.query('INSERT INTO a VALUES ($1)', [index])
      await db.script(`CREATE TABLE t${index} (); SET search_path = public, pg_catalog`)
      for (let times = 0; times < index; times++) await db.query("SELECT nextval('s')")
    }),
  )
  for (const [index, db] of forks.entries()) {
    expect(await all(db)).toEqual([index])
    const { rows } = await db.query(
      "SELECT nextval('s')::int AS next, (SELECT count(*)::int FROM pg_class " +
        "WHERE relname ~ '^t[0-9]$') AS tables",
    )
    expect(rows).toEqual([{ next: index + 1, tables: 1 }])
  }
  expect(harness.statistics.databases).toBe(3)
  await forks[1]!.rewind()
  expect(await all(forks[0]!)).toEqual([0])
  expect(await all(forks[1]!)).toEqual([])
})

test('an instance that was given back is used again, and is clean', async () => {
  await using harness = await open()
  const first = await harness.createDatabase()
  const { pglite } = first
  const digest = await first.digest()
  await first.script('INSERT INTO a VALUES (1); CREATE ROLE r; LISTEN c; SET work_mem = 123456')
  await first.pglite.exec('BEGIN; DROP TABLE a')
  await first.close()
  await using second = await harness.createDatabase()
  expect(second.pglite).toBe(pglite)
  expect(await second.digest()).toBe(digest)
  expect(harness.statistics.databases).toBe(1)
  await expect(first.query('SELECT 1')).rejects.toMatchObject({ code: 'harness_closed' })
  expect(await all(second)).toEqual([])
})

test('what is asked of a closed database or harness is refused', async () => {
  const harness = await open()
  const db = await harness.createDatabase()
  const mark = await db.mark()
  const fork = await harness.createDatabase()
  await fork.close()
  await fork.close()
  await harness.close()
  await harness.close()
  await expect(harness.createDatabase()).rejects.toMatchObject({ code: 'harness_closed' })
  for (const closed of [db, fork]) {
    const asked = [
      () => closed.query('SELECT 1'),
      () => closed.script('SELECT 1'),
      () => closed.transaction(async () => {}),
      () => closed.withSession(async () => {}),
      () => closed.listen('c', () => {}),
      () => closed.mark(),
      () => closed.rewind(),
      () => closed.rewind(mark),
      () => closed.fork(),
      () => closed.digest(),
      () => closed.save('/nowhere'),
      async () => closed.pglite,
    ]
    for (const ask of asked) {
      await expect(ask(), String(ask)).rejects.toMatchObject({ code: 'harness_closed' })
    }
    await closed.close()
  }
})

test('a fork that was asked for when the harness was closed is not given', async () => {
  const harness = await open()
  const asked = harness.createDatabase()
  asked.catch(() => {})
  await harness.close()
  await expect(asked).rejects.toMatchObject({ code: 'harness_closed' })
})

test('await using closes a database and a harness', async () => {
  let kept: EmbeddedTestDatabase
  let second: EmbeddedTestDatabase
  {
    await using harness = await open()
    {
      await using db = await harness.createDatabase()
      kept = db
    }
    await expect(kept.query('SELECT 1')).rejects.toMatchObject({ code: 'harness_closed' })
    second = await harness.createDatabase()
    expect(await all(second)).toEqual([])
  }
  await expect(second.query('SELECT 1')).rejects.toMatchObject({ code: 'harness_closed' })
})

test('without a cache everything works, and a cache that cannot be written says so', async () => {
  const place = await temporaryFolder()
  const cacheDirectory = join(place, 'file', 'cache')
  await writeFile(join(place, 'file'), 'x')
  const migrations = await folder.migrations('other', 'CREATE TABLE a AS SELECT 1 AS n;')
  await expect(openHarness({ migrations, cacheDirectory })).rejects.toMatchObject({
    code: 'cache_unwritable',
    message: expect.stringContaining('DRIFTPIN_CACHE_DIR'),
  })
  const before = await readdir(folder.path())
  await using harness = await openHarness({ migrations, cacheDirectory: false })
  await using db = await harness.createDatabase()
  expect(await all(db)).toEqual([1])
  expect(await readdir(folder.path())).toEqual(before)
  expect(await readdir(place)).toEqual(['file'])
})

import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHarness } from '../../src/harness/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()
// One image of an empty database for most tests of this file: a process makes it once.
const empty = () => ({ migrations: false as const, cacheDirectory: folder.path('images') })
/** The image of an empty database, which others are made from. */
const onlyEmpty = [expect.stringMatching(/^[0-9a-f]{64}\.image$/)]
const count = 'SELECT count(*)::int AS n FROM a'

test('a migration that fails is named with its file, and leaves no image of it and no lock', async () => {
  const cacheDirectory = join(await temporaryFolder(), 'cache')
  const migrations = await folder.migrations('m', 'CREATE TABLE a ();', 'SELECT 1 / 0;')
  await expect(openHarness({ migrations, cacheDirectory })).rejects.toMatchObject({
    code: 'migration_failed',
    message: expect.stringContaining('2_step.sql'),
    cause: { code: '22012' },
  })
  expect(await readdir(cacheDirectory)).toEqual(onlyEmpty)
})

test('a seed file that fails half way applies nothing, and a mended one is used', async () => {
  const cacheDirectory = join(await temporaryFolder(), 'cache')
  const seed = folder.path('seed.sql')
  const migrations = await folder.migrations('s', 'CREATE TABLE a (n int);')
  await writeFile(seed, 'INSERT INTO a VALUES (1);\nSELECT 1 / 0;\n')
  await expect(openHarness({ migrations, seed, cacheDirectory })).rejects.toMatchObject({
    code: 'seed_failed',
    message: expect.stringContaining(seed),
    cause: { code: '22012' },
  })
  expect(await readdir(cacheDirectory)).toEqual(onlyEmpty)
  await writeFile(seed, 'INSERT INTO a VALUES (1), (2);\r\n')
  await using harness = await openHarness({ migrations, seed, cacheDirectory: false })
  await using db = await harness.createDatabase()
  expect((await db.query(count)).rows).toEqual([{ n: 2 }])
  expect(await readdir(cacheDirectory)).toEqual(onlyEmpty)
})

test('a setup and a seed function run once for a harness, in this order', async () => {
  const ran: string[] = []
  const { migrations: _, ...rest } = empty()
  await using harness = await openHarness({
    ...rest,
    setup: async (db) => {
      ran.push('setup')
      await db.script('CREATE TABLE a (n int)')
    },
    seed: async (db) => {
      ran.push('seed')
      await db.query('INSERT INTO a VALUES ($1)', [5])
    },
  })
  await using one = await harness.createDatabase()
  await using other = await harness.createDatabase()
  await one.query('INSERT INTO a VALUES (6)')
  expect((await one.query(count)).rows).toEqual([{ n: 2 }])
  expect((await other.query(count)).rows).toEqual([{ n: 1 }])
  await one.rewind()
  expect((await one.query(count)).rows).toEqual([{ n: 1 }])
  expect(ran).toEqual(['setup', 'seed'])
  await using second = await openHarness({ ...empty(), seed: async () => void ran.push('again') })
  expect(second.statistics.imagesBuilt).toBe(0)
  expect(ran).toEqual(['setup', 'seed', 'again'])
})

test('a seed function that throws is told, with what it threw as the cause', async () => {
  const cause = new Error('no such customer')
  const seed = () => Promise.reject(cause)
  await expect(openHarness({ ...empty(), seed, cacheKey: 'throws' })).rejects.toMatchObject({
    code: 'seed_failed',
    message: expect.stringContaining('no such customer'),
    cause,
  })
  expect(await readdir(folder.path('images'))).toHaveLength(1)
})

test.each([true, false])('an open transaction of a seed is refused, images: %s', async (images) => {
  await expect(
    openHarness({
      ...empty(),
      images: images as true,
      seed: async (db) => void (await db.pglite.exec('BEGIN')),
    }),
  ).rejects.toMatchObject({
    code: 'seed_failed',
    message: expect.stringContaining('left a transaction open'),
  })
})

test('without a random seed, databases differ even if a seed function drew at random', async () => {
  const seed = async (db: { query(text: string): Promise<unknown> }) =>
    void (await db.query('SELECT random(), gen_random_uuid()'))
  await using harness = await openHarness({ ...empty(), seed })
  await using one = await harness.createDatabase()
  await using other = await harness.createDatabase()
  for (const drawn of ['random()::text', 'gen_random_uuid()::text']) {
    const drawnBy = async (db: typeof one) => (await db.query(`SELECT ${drawn} AS it`)).rows
    expect(await drawnBy(one)).not.toEqual(await drawnBy(other))
  }
})

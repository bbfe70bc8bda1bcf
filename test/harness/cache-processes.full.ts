import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { useCacheFolder } from './cache-folder.js'
import { askOtherProcess } from './cache-other-process.js'

const folder = useCacheFolder()

/** Everything that a cached image has to carry from one process to another. */
const sql = `
  CREATE EXTENSION pg_trgm;
  CREATE EXTENSION hstore;
  CREATE TABLE words (word text, made uuid DEFAULT gen_random_uuid());
  CREATE INDEX ON words USING gin (word gin_trgm_ops);
  INSERT INTO words VALUES ('driftpin'), ('drifting');
  CREATE FUNCTION longest() RETURNS int LANGUAGE plpgsql AS
    'BEGIN RETURN (SELECT max(length(word)) FROM words); END';
  DO $$BEGIN INSERT INTO words VALUES (repeat('a', longest() + 1)); END$$;`

const asked = [
  "SELECT word FROM words WHERE word % 'driftpin' ORDER BY similarity(word, 'driftpin') DESC",
  "SELECT ('a=>1'::hstore || 'b=>2')->'b' AS b",
  'SELECT longest() AS longest',
  'SELECT gen_random_uuid()::text AS id, uuidv7()::text AS other, random() AS number, now() AS at',
]

test('two processes that begin at once make one image, and it is right in each of them', async () => {
  const migrations = await folder.migrations('m', sql)
  const cacheDirectory = folder.path('images')
  const task = {
    migrations,
    cacheDirectory,
    contrib: ['pg_trgm', 'hstore'],
    randomSeed: 42,
    clock: 'test' as const,
    sql: asked,
  }
  const [one, other] = await Promise.all([askOtherProcess(task), askOtherProcess(task)])
  expect(one.statistics.imagesBuilt + other.statistics.imagesBuilt).toBe(1)
  expect(one.statistics.imagesReused + other.statistics.imagesReused).toBe(1)
  expect(one.rows.slice(0, 3)).toEqual([
    [{ word: 'driftpin' }, { word: 'drifting' }],
    [{ b: '2' }],
    [{ longest: 9 }],
  ])
  expect(one.rows[3]).toMatchObject([{ at: '2026-01-01T00:00:00.000Z' }])
  expect(other.rows).toEqual(one.rows)
  const files = await readdir(cacheDirectory)
  expect(files).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.image$/)])

  // A process that was killed while it made it left a lock, here next to the image's copy.
  const copied = folder.path('copied')
  await mkdir(copied)
  await copyFile(folder.path('images', files[0]!), folder.path('copied', files[0]!))
  await writeFile(folder.path('copied', files[0]!.replace('.image', '.lock')), '999999999')
  const third = await askOtherProcess({ ...task, cacheDirectory: copied })
  expect(third.statistics).toMatchObject({ imagesBuilt: 0, imagesReused: 1, fallbacks: {} })
  expect(third.rows).toEqual(one.rows)
})

test('what a seed function made is kept under its key, and goes on in a second process', async () => {
  const task = {
    migrations: false as const,
    cacheDirectory: folder.path('keyed'),
    seed: 'CREATE TABLE ids AS SELECT gen_random_uuid() AS id FROM generate_series(1, 3)',
    cacheKey: 'one',
    randomSeed: 7,
    sql: ['SELECT id FROM ids', 'SELECT gen_random_uuid() AS id FROM generate_series(1, 50)'],
  }
  const first = await askOtherProcess(task)
  expect(first).toMatchObject({ seedRuns: 1, statistics: { imagesBuilt: 1 } })
  const second = await askOtherProcess(task)
  expect(second).toMatchObject({ seedRuns: 0, statistics: { imagesBuilt: 0, imagesReused: 1 } })
  expect(second.rows).toEqual(first.rows)
  // No id that the seed had is given again.
  const all = second.rows.flat().map(({ id }) => id)
  expect(new Set(all).size).toBe(53)
  const changed = await askOtherProcess({ ...task, cacheKey: 'other' })
  expect(changed).toMatchObject({ seedRuns: 1, statistics: { imagesBuilt: 0, imagesReused: 1 } })
})

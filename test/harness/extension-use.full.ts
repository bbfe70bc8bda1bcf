import { citext } from '@electric-sql/pglite/contrib/citext'
import { hstore } from '@electric-sql/pglite/contrib/hstore'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { live, type PGliteWithLive } from '@electric-sql/pglite/live'
import { expect, test } from 'vitest'
import type { EmbeddedTestDatabase } from '../../src/harness/index.js'
import { freshHarness, useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()

const sql = `
  CREATE EXTENSION pg_trgm;
  CREATE EXTENSION hstore;
  CREATE TABLE words (word text, more hstore, search tsvector
    GENERATED ALWAYS AS (to_tsvector('english', word)) STORED);
  CREATE INDEX ON words USING gin (word gin_trgm_ops);
  CREATE INDEX ON words USING gin (search);
  INSERT INTO words VALUES ('running databases', 'a=>1'), ('walks', 'b=>2');
  CREATE FUNCTION longest() RETURNS int LANGUAGE plpgsql AS
    'BEGIN RETURN (SELECT max(length(word)) FROM words); END';
  DO $$BEGIN INSERT INTO words VALUES (repeat('a', longest() + 1), hstore('c', '3')); END$$;`

async function use(db: EmbeddedTestDatabase) {
  const { rows } = await db.query(
    `SELECT word, more->akeys(more) AS values, round(similarity(word, 'walk')::numeric, 2) AS alike
     FROM words WHERE word % 'walk' OR search @@ to_tsquery('english', 'run & database')
       OR length(word) = longest() ORDER BY word`,
  )
  expect(rows).toMatchObject([
    { word: 'a'.repeat(18), values: ['3'] },
    { word: 'running databases', values: ['1'] },
    { word: 'walks', values: ['2'], alike: expect.toSatisfy((alike) => Number(alike) > 0.5) },
  ])
}

async function open() {
  const { openHarness } = await freshHarness()
  return openHarness({
    migrations: await folder.migrations('m', sql),
    cacheDirectory: folder.path('images'),
    extensions: { pg_trgm, hstore, citext, live },
  })
}

test('extensions, text search and functions work in forks, rewinds and from the cache', async () => {
  for (const times of [{ imagesBuilt: 1 }, { imagesBuilt: 0, imagesReused: 1 }]) {
    await using harness = await open()
    expect(harness.statistics).toMatchObject(times)
    await using db = await harness.createDatabase()
    await use(db)
    await db.script('DROP EXTENSION pg_trgm CASCADE; DELETE FROM words')
    await db.rewind()
    await use(db)
    await using other = await harness.createDatabase()
    await use(other)
    expect(harness.statistics).toMatchObject({ fallbacks: {}, replaced: {} })
  }
})

test('an extension that only a test creates is gone after a rewind, and can come again', async () => {
  await using harness = await open()
  await using db = await harness.createDatabase()
  const before = await db.digest()
  for (let times = 0; times < 3; times++) {
    await db.script("CREATE EXTENSION citext; CREATE TABLE t AS SELECT 'A'::citext AS a")
    expect((await db.query("SELECT a = 'a' AS same FROM t")).rows).toEqual([{ same: true }])
    await db.rewind()
    expect(await db.digest()).toBe(before)
    await expect(db.query("SELECT 'A'::citext")).rejects.toMatchObject({ code: '42704' })
  }
  await use(db)
})

test('an extension of JavaScript alone works on a fork, and again after a rewind', async () => {
  await using harness = await open()
  await using db = await harness.createDatabase()
  for (let times = 0; times < 2; times++) {
    const pglite = db.pglite as unknown as PGliteWithLive
    const seen: number[] = []
    const query = await pglite.live.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM words',
      [],
      ({ rows }) => void seen.push(rows[0]!.n),
    )
    expect(query.initialResults.rows).toEqual([{ n: 3 }])
    await pglite.query("INSERT INTO words VALUES ('new')")
    await expect.poll(() => seen.at(-1)).toBe(4)
    await query.unsubscribe()
    await db.rewind()
    await use(db)
  }
})

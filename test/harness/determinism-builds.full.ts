import { expect, test } from 'vitest'
import { freshHarness, useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()
const sql = `CREATE TABLE a (id uuid DEFAULT gen_random_uuid(), v uuid DEFAULT uuidv7(),
    number float8 DEFAULT random(), made timestamptz DEFAULT clock_timestamp());
  INSERT INTO a SELECT FROM generate_series(1, 20);`

async function build(randomSeed: number) {
  const { openHarness } = await freshHarness()
  await using harness = await openHarness({
    migrations: await folder.migrations('m', sql),
    cacheDirectory: false,
    randomSeed,
    clock: 'test',
  })
  await using db = await harness.createDatabase()
  const digest = await db.digest()
  await db.query('INSERT INTO a SELECT FROM generate_series(1, 20)')
  const { rows } = await db.query<{ id: string }>('SELECT * FROM a')
  expect(new Set(rows.map(({ id }) => id)).size).toBe(40)
  return { digest, rows, digestAfter: await db.digest() }
}

test('two builds with the same seed and clock are the same, and another seed differs', async () => {
  const one = await build(42)
  expect(await build(42)).toEqual(one)
  expect((await build(43)).digest).not.toBe(one.digest)
})

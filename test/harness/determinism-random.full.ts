import { expect, test } from 'vitest'
import type { EmbeddedHarnessOptions, EmbeddedTestDatabase } from '../../src/harness/index.js'
import { freshHarness, useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()
const draw = async (db: EmbeddedTestDatabase) =>
  (await db.query('SELECT gen_random_uuid() AS id, uuidv7() AS v7, random() AS number')).rows

/** Draws of a fork, of the same after a rewind, and of a second fork. */
async function draws(options: EmbeddedHarnessOptions) {
  const { openHarness } = await freshHarness()
  await using harness = await openHarness({
    migrations: false,
    cacheDirectory: folder.path('images'),
    ...options,
  })
  await using one = await harness.createDatabase()
  const first = [await draw(one), await draw(one)]
  expect(first[0]).not.toEqual(first[1])
  await one.rewind()
  const again = [await draw(one), await draw(one)]
  const mark = await one.mark()
  const third = await draw(one)
  await one.rewind(mark)
  const thirdAgain = await draw(one)
  await using fork = await one.fork(mark)
  const thirdForked = await draw(fork)
  await using other = await harness.createDatabase()
  const forked = [await draw(other), await draw(other)]
  const digests = [await one.rewind().then(() => one.digest()), undefined as string | undefined]
  await other.rewind()
  digests[1] = await other.digest()
  return { first, again, forked, third, thirdAgain, thirdForked, digests }
}

test('with a seed, all that is random repeats in forks, rewinds and processes', async () => {
  const one = await draws({ randomSeed: 42, clock: 'test' })
  expect(one.again).toEqual(one.first)
  expect(one.forked).toEqual(one.first)
  expect(one.thirdAgain).toEqual(one.third)
  expect(one.thirdForked).toEqual(one.third)
  expect(one.digests[1]).toBe(one.digests[0])
  const { first: afterwards } = await draws({ randomSeed: 42, clock: 'test' })
  expect(afterwards).toEqual(one.first)
})

test('without a seed nothing repeats, and time goes on', async () => {
  const { first, forked } = await draws({})
  const { first: afterwards } = await draws({})
  const all = [...first, ...forked, ...afterwards].flat() as Record<string, unknown>[]
  for (const name of ['id', 'v7', 'number']) {
    expect(new Set(all.map((row) => row[name])).size, name).toBe(all.length)
  }
})

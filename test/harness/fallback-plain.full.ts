import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { imageName } from '../../src/harness/load-template.js'
import { parseOptions } from '../../src/harness/parse-options.js'
import { decodeImage, encodeImage } from '../../src/pglite/engine/image-file.js'
import { readWasm } from '../../src/pglite/engine/wasm.js'
import { freshHarness, useCacheFolder } from './cache-folder.js'
import { exercise, sql } from './fallback-exercise.js'

const folder = useCacheFolder()

const options = async () => ({
  migrations: await folder.migrations('m', sql),
  cacheDirectory: folder.path('images'),
})

test('without images the results are the same, and each start is counted', async () => {
  let seedRuns = 0
  const { openHarness } = await freshHarness()
  await using harness = await openHarness({
    ...(await options()),
    images: false,
    seed: async (db) => {
      seedRuns++
      await db.query("INSERT INTO a (t) VALUES ('seeded')")
    },
  })
  await exercise(harness)
  expect(harness.statistics.imagesBuilt).toBe(1)
  expect(harness.statistics.fallbacks).toEqual({ 'images are switched off': 2 })
  expect(seedRuns).toBe(1)
})

test('an image that the engine cannot go on with is started from its files', async () => {
  const seed = folder.path('seed.sql')
  await writeFile(seed, "INSERT INTO a (t) VALUES ('seeded')")
  const all = { ...(await options()), seed }
  const { build } = await readWasm()
  const name = imageName(await parseOptions(all), build)
  {
    const { openHarness } = await freshHarness()
    await using harness = await openHarness(all)
    expect(harness.statistics.imagesBuilt).toBe(1)
    await exercise(harness)
    expect(harness.statistics.fallbacks).toEqual({})
  }
  const file = folder.path('images', `${name}.image`)
  const image = decodeImage(await readFile(file), name)
  const preloaded = image.preloaded.map((one) => ({ ...one, tableLength: one.tableLength + 1 }))
  const tampered = Buffer.concat(encodeImage({ ...image, preloaded }, name))
  expect(decodeImage(tampered, name).preloaded).toEqual(preloaded)
  await writeFile(file, tampered)
  const { openHarness } = await freshHarness()
  await using harness = await openHarness(all)
  expect(harness.statistics).toMatchObject({ imagesBuilt: 0, imagesReused: 1 })
  await exercise(harness)
  const [[why, times] = []] = Object.entries(harness.statistics.fallbacks)
  expect(why).toContain('its modules have other addresses')
  expect(times).toBeGreaterThan(1)
})

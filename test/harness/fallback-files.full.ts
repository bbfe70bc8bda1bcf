import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { EmbeddedTestDatabase } from '../../src/harness/index.js'
import { imageName } from '../../src/harness/load-template.js'
import { parseOptions } from '../../src/harness/parse-options.js'
import { readWasm } from '../../src/pglite/engine/wasm.js'
import { freshHarness, useCacheFolder } from './cache-folder.js'
import { count, sql } from './fallback-exercise.js'

const folder = useCacheFolder()

const options = async () => ({
  migrations: await folder.migrations('m', sql),
  cacheDirectory: folder.path('images'),
})

test('the files of a database are kept as well, and made again where they are damaged', async () => {
  const all = { ...(await options()), images: false } as const
  const { build } = await readWasm()
  const file = folder.path('images', `plain-${imageName(await parseOptions(all), build)}.tar`)
  for (const imagesBuilt of [1, 0, 1]) {
    const { openHarness } = await freshHarness()
    await using harness = await openHarness(all)
    expect(harness.statistics).toMatchObject({ imagesBuilt })
    await using db = await harness.createDatabase()
    expect((await db.query(count)).rows).toEqual([{ n: 0, last: null }])
    // As on a build of PGlite without images, where the types do not know.
    const embedded = db as EmbeddedTestDatabase
    const save = embedded.save(folder.path('saved.image'))
    await expect(save).rejects.toMatchObject({ code: 'image_unusable' })
    expect(() => embedded.clock.set(0)).toThrow(expect.objectContaining({ code: 'image_unusable' }))
    if (imagesBuilt === 0) await writeFile(file, (await readFile(file)).subarray(0, -100))
  }
})

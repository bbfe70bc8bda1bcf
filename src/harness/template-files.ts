import { type DataFile, dataFilesIn, dataFilesOf, readWasm } from '../pglite/index.js'
import { type HarnessOptions, readOptions } from './harness-options.js'
import { cacheDirectoryOf, imageName, readCached } from './load-template.js'
import { openHarness } from './open-harness.js'

/**
 * The data directory of the database that a harness with these options hands out, parents before
 * their children: PostgreSQL starts in it as after a crash, and what was committed is there. It
 * comes from the cached image, without starting an engine, where there is one.
 *
 * @throws DriftpinError What {@link openHarness} throws.
 */
export async function readTemplateFiles(options: HarnessOptions): Promise<DataFile[]> {
  return (await readCachedFiles(options)) ?? (await makeFiles(options))
}

async function readCachedFiles(options: HarnessOptions): Promise<DataFile[] | undefined> {
  const directory = cacheDirectoryOf(options)
  const { isProven, build } = await readWasm()
  if (!directory || !isProven) return undefined
  const read = await readOptions(options)
  // What functions without a key make is kept nowhere.
  if (read.functions.length > 0 && options.cacheKey === undefined) return undefined
  const name = imageName(read, build, options.cacheKey)
  const image = await readCached(directory, name)
  return image && dataFilesIn(image)
}

/** Of a database that is made for it, so that the next time there is an image. */
async function makeFiles(options: HarnessOptions): Promise<DataFile[]> {
  await using harness = await openHarness(options)
  await using db = await harness.createDatabase()
  await db.pglite.exec('CHECKPOINT')
  return dataFilesOf(db.pglite)
}

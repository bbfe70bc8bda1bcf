import { type DataFile, dataFilesIn, dataFilesOf, readWasm } from '../pglite/index.js'
import { openEmbeddedHarness } from './embedded-harness.js'
import type { EmbeddedHarnessOptions } from './harness-options.js'
import { imageName, readCached } from './load-template.js'
import { type ParsedOptions, parseOptions } from './parse-options.js'

/**
 * The data directory of the database that a harness with these options creates, parents before
 * their children. PostgreSQL starts in it as after a crash, with everything that was committed. The
 * files come from the cached image, without starting an engine, if there is one.
 *
 * @throws DriftpinError What `openHarness` throws.
 */
export async function readTemplateFiles(options: EmbeddedHarnessOptions): Promise<DataFile[]> {
  const parsed = await parseOptions(options)
  return (await readCachedFiles(parsed)) ?? (await createFiles(parsed))
}

async function readCachedFiles(options: ParsedOptions): Promise<DataFile[] | undefined> {
  const { cacheDirectory, cacheKey, functions } = options
  const { isProven, build } = await readWasm()
  if (!cacheDirectory || !isProven) return undefined
  // The result of functions without a key is not cached.
  if (functions.length > 0 && cacheKey === undefined) return undefined
  const image = await readCached(cacheDirectory, imageName(options, build, cacheKey))
  return image && dataFilesIn(image)
}

/** Creates a database for this, so that there is an image the next time. */
async function createFiles(options: ParsedOptions): Promise<DataFile[]> {
  await using harness = await openEmbeddedHarness(options)
  await using db = await harness.createDatabase()
  await db.pglite.exec('CHECKPOINT')
  return dataFilesOf(db.pglite)
}

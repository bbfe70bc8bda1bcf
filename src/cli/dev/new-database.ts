import { sharedEngineOf } from '../../connections/index.js'
import { DriftpinError } from '../../errors.js'
import { type HarnessOptions, openHarness } from '../../harness/index.js'
import { createDatabase } from './create-database.js'
import type { ServedDatabase } from './folder-database.js'

/** {@link createDatabase}, whatever becomes of the image that would make it quicker next time. */
export function newFolderDatabase(folder: string, options: HarnessOptions): Promise<string> {
  return withoutCacheIfNeedBe(options, (template) => createDatabase(folder, template))
}

/** A database that is gone when it is closed: what a test begins with. */
export function newMemoryDatabase(options: HarnessOptions): Promise<ServedDatabase> {
  return withoutCacheIfNeedBe(options, async (template) => {
    const harness = await openHarness(template)
    const database = await harness.createDatabase()
    return {
      database,
      get pglite() {
        return database.pglite
      },
      get crashed() {
        return sharedEngineOf(database.pglite).crashed
      },
      lastWords: () => undefined,
      close: () => harness.close(),
    }
  })
}

/** A folder that cannot be written is no reason to do without a database. */
async function withoutCacheIfNeedBe<T>(
  options: HarnessOptions,
  make: (options: HarnessOptions) => Promise<T>,
): Promise<T> {
  try {
    return await make(options).catch((error) => {
      if (!(error instanceof DriftpinError) || error.code !== 'cache_unwritable') throw error
      const { cacheKey: _, ...rest } = options
      return make({ ...rest, cacheDirectory: false })
    })
  } catch (error) {
    // Of a function that is ours; what went wrong in it is what the user can mend.
    const isOurs = error instanceof DriftpinError && error.code === 'setup_failed'
    throw isOurs && error.cause instanceof Error ? error.cause : error
  }
}

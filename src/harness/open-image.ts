import { Instance, readSavedImage } from '../pglite/index.js'
import { createEmbeddedDatabase } from './embedded-database.js'
import { createStatistics } from './statistics.js'
import type { EmbeddedTestDatabase } from './test-database.js'

/**
 * Opens a database that {@link EmbeddedTestDatabase.save} or a failed test kept. It has
 * the open transactions, settings and temporary tables of that moment if they could be saved, and
 * otherwise the state after a crash. The file is only read. Open only files that you trust: an
 * image may contain code of extensions.
 *
 * @throws DriftpinError `image_damaged` for a file that is not a complete image, and
 * `image_foreign` for an image of another version.
 *
 * @example
 * ```ts
 * await using db = await openImage('.driftpin/failed/a-pin-outlives-its-agent.image')
 * console.log((await db.query('SELECT * FROM chats')).rows)
 * ```
 */
export async function openImage(path: string): Promise<EmbeddedTestDatabase> {
  const instance = await Instance.open({
    extensions: {},
    randomSeed: undefined,
    statistics: createStatistics(),
    image: await readSavedImage(path),
    hasRunFunctions: false,
    learned: new Set(),
  })
  return createEmbeddedDatabase({ instance, release: () => instance.close() })
}

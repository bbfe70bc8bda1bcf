import { readFile } from 'node:fs/promises'
import { DriftpinError } from '../errors.js'
import { decodeImage, Instance, readWasm, savedKey } from '../pglite/index.js'
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
  const bytes = await readFile(path).catch((error) => {
    throw new DriftpinError(
      'image_damaged',
      `${path} cannot be read: ${error.message}. Pass the path that a failed test printed.`,
      error,
    )
  })
  const { isProven, build } = await readWasm()
  if (!isProven) {
    throw new DriftpinError(
      'image_foreign',
      `${path} cannot be opened with the installed PGlite (${build}), on which driftpin has ` +
        'not been proven. Install the version that driftpin depends on.',
      { build },
    )
  }
  const instance = await Instance.open({
    extensions: {},
    randomSeed: undefined,
    statistics: createStatistics(),
    image: decodeImage(bytes, savedKey),
    hasRunFunctions: false,
    learned: new Set(),
  })
  return createEmbeddedDatabase({ instance, release: () => instance.close() })
}

import { type DataFile, dataFilesIn, dataFilesOf } from '../pglite/index.js'
import { openTemplate } from './embedded-harness.js'
import type { EmbeddedHarnessOptions } from './harness-options.js'
import { parseOptions } from './parse-options.js'
import { createStatistics } from './statistics.js'

/**
 * The data directory of the database that a harness with these options creates, parents before
 * their children. PostgreSQL starts in it as after a crash, with everything that was committed. The
 * files come from an image, without starting an engine, if there is one.
 *
 * @throws DriftpinError What `openHarness` throws.
 */
export async function readTemplateFiles(options: EmbeddedHarnessOptions): Promise<DataFile[]> {
  const { state, open } = await openTemplate(await parseOptions(options), createStatistics())
  if (state && 'entries' in state) return dataFilesIn(state)
  const instance = await open()
  try {
    await instance.pglite.exec('CHECKPOINT')
    return dataFilesOf(instance.pglite)
  } finally {
    await instance.close()
  }
}

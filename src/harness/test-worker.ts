import { openEmbeddedWorker } from './embedded-worker.js'
import { parseOptions, type TestOptions } from './parse-options.js'
import type { TestWorker } from './worker-databases.js'

/**
 * Opens the databases of a process that runs tests, embedded or on a server.
 *
 * @throws DriftpinError What `openHarness` throws.
 */
export async function openTestWorker(options: TestOptions): Promise<TestWorker> {
  const parsed = await parseOptions(options, true)
  if (parsed.server === undefined) return await openEmbeddedWorker(parsed)
  const { openServerWorker } = await import('./server/server-worker.js')
  return await openServerWorker({ ...parsed, server: parsed.server })
}

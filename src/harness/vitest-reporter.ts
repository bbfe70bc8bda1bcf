/**
 * A reporter for vitest that prints what the harness did in a run.
 *
 * @module
 */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addStatistics, folderVariable, renderStatistics } from './statistics.js'

/**
 * A reporter for vitest. With `DRIFTPIN_STATS=1` it prints what the databases of a whole run did:
 * images built and reused, databases, rewinds, and why instances could not be rewound. Without the
 * reporter each worker prints its own table.
 *
 * @example
 * ```ts
 * // vitest.config.ts
 * export default defineConfig({
 *   test: { pool: 'forks', reporters: ['default', 'driftpin/vitest-reporter'] },
 * })
 * ```
 */
export default class StatisticsReporter {
  async onTestRunStart(): Promise<void> {
    if (process.env.DRIFTPIN_STATS !== '1') return
    process.env[folderVariable] = await mkdtemp(join(tmpdir(), 'driftpin-stats-'))
  }

  async onTestRunEnd(): Promise<void> {
    const folder = process.env[folderVariable]
    if (process.env.DRIFTPIN_STATS !== '1' || !folder) return
    const names = await readdir(folder)
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    await rm(folder, { recursive: true, force: true })
    console.log(`\n${renderStatistics(addStatistics(texts.map((text) => JSON.parse(text))))}`)
  }
}

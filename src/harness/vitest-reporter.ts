/**
 * A reporter for vitest that prints what the harness did in a run.
 *
 * @module
 */

import { collectorVariable, collectStatistics, renderStatistics } from './statistics.js'

/**
 * A reporter for vitest. With `DRIFTPIN_STATS=1` it prints what the databases of a whole run did:
 * images built and reused, forks, rewinds, and why instances could not be rewound. Without the
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
  onInit(): void {
    process.env[collectorVariable] = String(process.pid)
    collectStatistics(process.pid)
  }

  onTestRunEnd(): void {
    if (process.env.DRIFTPIN_STATS !== '1') return
    console.log(`\n${renderStatistics(collectStatistics(process.pid))}`)
  }
}

/**
 * A reporter for vitest: what the harness did in a whole run.
 *
 * @module
 */

import { collectorVariable, collectStatistics } from './run-statistics.js'
import { renderStatistics } from './statistics.js'

/**
 * A reporter for vitest that prints what the databases of a whole run did, when `DRIFTPIN_STATS=1`
 * is set: images built and reused, forks, rewinds, and why an instance could not be rewound.
 * Without it each worker prints its own.
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

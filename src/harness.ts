/**
 * Databases for tests, with any test runner.
 *
 * @module
 */

export type {
  DatabaseMark,
  HarnessErrorCode,
  HarnessOptions,
  HarnessStatistics,
  TestClock,
  TestDatabase,
} from './harness/index.js'
export { type Harness, openHarness, openImage } from './harness/index.js'
export type { Extensions } from './pglite/index.js'

/**
 * Databases for tests, with any test runner.
 *
 * @module
 */

export type {
  DatabaseMark,
  Extensions,
  HarnessOptions,
  HarnessStatistics,
  TestClock,
  TestDatabase,
} from './harness/index.js'
export { type Harness, openHarness, openImage } from './harness/index.js'

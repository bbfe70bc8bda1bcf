/**
 * Databases for tests, with any test runner.
 *
 * @module
 */

export type {
  AllHarnessOptions,
  DatabaseMark,
  EmbeddedHarnessOptions,
  EmbeddedTestDatabase,
  Harness,
  HarnessErrorCode,
  HarnessOptions,
  HarnessStatistics,
  PlainHarnessOptions,
  PlainTestDatabase,
  TestClock,
  TestDatabase,
} from './harness/index.js'
export { openHarness, openImage } from './harness/index.js'
export type { Extensions } from './pglite/index.js'

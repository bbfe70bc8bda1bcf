/**
 * Databases for tests: templates, fixtures, leaks and evidence.
 *
 * @module
 */

export type { HarnessErrorCode } from './error-codes.js'
export { fillChat } from './fill-chat.js'
export type { Harness } from './harness.js'
export type {
  AllHarnessOptions,
  EmbeddedHarnessOptions,
  HarnessOptions,
  PlainHarnessOptions,
} from './harness-options.js'
export { openHarness } from './open-harness.js'
export { openImage } from './open-image.js'
export { readSeedScript, runSeedScript } from './seed-script.js'
export type { HarnessStatistics } from './statistics.js'
export { readTemplateFiles } from './template-files.js'
export type { TestClock } from './test-clock.js'
export type {
  DatabaseMark,
  EmbeddedTestDatabase,
  PlainTestDatabase,
  TestDatabase,
} from './test-database.js'

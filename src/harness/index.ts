/**
 * Databases for tests, with any test runner.
 *
 * @module
 */

export type { Extensions } from './engine/open-engine.js'
export type { HarnessOptions } from './harness-options.js'
export { type Harness, openHarness } from './open-harness.js'
export { openImage } from './open-image.js'
export type { HarnessStatistics } from './statistics.js'
export type { TestClock } from './test-clock.js'
export type { DatabaseMark, TestDatabase } from './test-database.js'

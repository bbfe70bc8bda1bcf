/**
 * The laws of the domain, checked over random histories and races.
 *
 * @module
 */

export { type CapCase, capCases } from './arbitraries/caps.js'
export type { CheckOptions, CheckProgress, CheckReport } from './check.js'
export {
  assertHistories,
  checkHistories,
  type HistoriesOptions,
} from './check-histories.js'
export type { LawsErrorCode } from './error-codes.js'
export { type Broken, type Failure, renderFailure } from './failure.js'
export { type CommandCoverage, type Coverage, coverageOf } from './history-run.js'
export { type HistoryRunner, openHistoryRunner, type RunnerOptions } from './history-runner.js'
export type { Ending, Finding, HistoryStep, Law } from './law.js'
export { laws } from './laws.js'
export {
  type Agent,
  type Chat,
  createModel,
  type Live,
  type Model,
  type Resource,
} from './model/model.js'
export type { Move } from './operation.js'
export { allOperations } from './operations/index.js'
export type { Outcome } from './outcome.js'
export type { Operations } from './own-operations.js'
export {
  assertInterleavings,
  checkInterleavings,
  type InterleavingsOptions,
} from './races/check-interleavings.js'
export { openRowReader, type RowReader, type Rows, type StoredRow } from './row-reader.js'

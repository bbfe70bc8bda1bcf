/**
 * The laws of the domain as a check of one's own code. It needs fast-check, an optional peer.
 *
 * @module
 */

export type {
  Broken,
  CommandCoverage,
  Coverage,
  Ending,
  Failure,
  Finding,
  Law,
  LawsErrorCode,
  Move,
  Operations,
  Outcome,
  Step,
} from './laws/index.js'
export {
  type Agent,
  assertHistories,
  assertInterleavings,
  type Chat,
  checkHistories,
  checkInterleavings,
  createModel,
  type HistoriesOptions,
  type HistoriesProgress,
  type HistoriesReport,
  type HistoryRunner,
  type InterleavingsOptions,
  type InterleavingsProgress,
  type InterleavingsReport,
  type Live,
  laws,
  type Model,
  openHistoryRunner,
  openRowReader,
  type RaceFailure,
  type Resource,
  type RowReader,
  type Rows,
  type RunnerOptions,
  renderFailure,
  renderRaceFailure,
  type StoredRow,
} from './laws/index.js'

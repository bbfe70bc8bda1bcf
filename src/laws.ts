/**
 * The laws of the domain as a check of one's own code. It needs fast-check, an optional peer.
 *
 * @module
 */

export type {
  Broken,
  CheckOptions,
  CheckProgress,
  CheckReport,
  CommandCoverage,
  Coverage,
  Ending,
  Failure,
  Finding,
  HistoryStep,
  Law,
  LawsErrorCode,
  Move,
  Operations,
  Outcome,
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
  type HistoryRunner,
  type InterleavingsOptions,
  type Live,
  laws,
  type Model,
  openHistoryRunner,
  openRowReader,
  type Resource,
  type RowReader,
  type Rows,
  type RunnerOptions,
  renderFailure,
  type StoredRow,
} from './laws/index.js'

/**
 * The agent's side: what a coding agent would find in a directory, as a push that is accepted.
 *
 * @module
 */

export { type ScanOptions, type ScanResult, scan } from './scan/index.js'
export type { ResourceInput } from './schema/index.js'

/**
 * The agent's side: what a coding agent would find in a directory, as a push that is accepted.
 *
 * @module
 */

export type { ResourceInput } from '../schema/resource.js'
export { type ScanOptions, type ScanResult, scan } from './scan.js'

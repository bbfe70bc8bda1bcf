/**
 * The agent's side: reads a directory and returns its resources.
 *
 * @module
 */

export { makeBody } from './body.js'
export { canChangeScan } from './candidates.js'
export type { ScanErrorCode } from './error-codes.js'
export { type ScanOptions, type ScanResult, scan } from './scan.js'

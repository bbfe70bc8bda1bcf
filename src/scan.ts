/**
 * The agent's side: finds in a directory what a coding agent would find there. The result is an
 * acceptable push.
 *
 * @module
 */

export type { ScanErrorCode } from './scan/index.js'
export { type ScanOptions, type ScanResult, scan } from './scan/index.js'
export { type ResourceInput, scanLimits } from './schema/index.js'

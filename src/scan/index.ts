/**
 * The agent's side: reads a directory and returns its resources.
 *
 * @module
 */

export { canChangeScan } from './can-change-scan.js'
export { cutText } from './cut-text.js'
export { makeBody } from './make-body.js'
export { type ScanOptions, type ScanResult, scan } from './scan.js'

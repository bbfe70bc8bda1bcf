export type { ResourceInput } from '../schema/resource.js'
export { type ScanOptions, type ScanResult, scan } from './scan.js'

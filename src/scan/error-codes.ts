/**
 * The codes of the errors of a scan.
 *
 * @example
 * ```ts
 * const code: ScanErrorCode = 'scan_root_not_found'
 * const isIt = (error: unknown) => error instanceof DriftpinError && error.code === code
 * ```
 */
export type ScanErrorCode =
  | 'invalid_input'
  | 'scan_root_not_found'
  | 'scan_root_not_a_directory'
  | 'scan_root_unreadable'

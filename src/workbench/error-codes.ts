/**
 * The codes of the errors of the workbench.
 *
 * @example
 * ```ts
 * const code: WorkbenchErrorCode = 'tool_missing'
 * const isIt = (error: unknown) => error instanceof DriftpinError && error.code === code
 * ```
 */
export type WorkbenchErrorCode =
  | 'invalid_input'
  | 'tool_missing'
  | 'file_foreign'
  | 'migration_unproven'
  | 'migration_applied'
  | 'migration_invalid'
  | 'migration_failed'
  | 'migrations_unreadable'

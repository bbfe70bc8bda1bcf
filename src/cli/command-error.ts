import { DriftpinError } from '../errors.js'

/** The exit codes of the process. */
export const exitCodes = {
  fine: 0,
  /** A check failed, or an error stopped the work. */
  failed: 1,
  /** Wrong options or arguments, or a directory, file or database of the wrong kind. */
  wrongUse: 2,
} as const

/** Wrong use of a command. The message is for the person who typed it. */
export class UsageError extends Error {}

const wrongUse = new Set([
  'invalid_input',
  'server_unsupported',
  'migrations_unreadable',
  'migration_invalid',
  'migration_duplicate',
  'migration_incomplete',
  'migration_target',
  'scan_root_not_found',
  'scan_root_not_a_directory',
  'scan_root_unreadable',
  'image_damaged',
  'image_foreign',
  'tool_missing',
  'file_foreign',
])

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  const misused =
    error instanceof UsageError || (error instanceof DriftpinError && wrongUse.has(error.code))
  return misused ? exitCodes.wrongUse : exitCodes.failed
}

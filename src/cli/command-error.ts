import { DriftpinError } from '../errors.js'

/** What the process says when it ends. */
export const exitCodes = {
  fine: 0,
  /** A claim did not hold, or the work failed half way. */
  failed: 1,
  /** The command was used wrongly, or what it was pointed at is not what it takes. */
  wrongUse: 2,
} as const

/** Wrong use of a command, in words for the person who typed it. */
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

import { DriftpinError } from '../errors.js'
import { systemErrorCode } from './system-error-code.js'

/**
 * The error for a root that cannot be scanned, with what the system said as its cause.
 *
 * A path that leads through a file (ENOTDIR while resolving) names nothing, whereas a path that
 * resolves and then cannot be listed for the same code is a file itself. Anything but an error
 * of the system is thrown as it is.
 */
export function rootError(
  directory: string,
  cause: unknown,
  during: 'resolve' | 'list',
): DriftpinError {
  const code = systemErrorCode(cause)
  if (code === undefined) throw cause
  const path = JSON.stringify(directory)
  if (code === 'ENOTDIR' && during === 'list') {
    return new DriftpinError(
      'scan_root_not_a_directory',
      `${path} is not a directory, so there is nothing to scan. Give the directory it lies in.`,
      cause,
    )
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DriftpinError(
      'scan_root_not_found',
      `There is no directory ${path} to scan. Check the path, or create the directory first.`,
      cause,
    )
  }
  return new DriftpinError(
    'scan_root_unreadable',
    `The directory ${path} cannot be scanned (${code}). ` +
      'The user of this process needs to be able to read and enter it.',
    cause,
  )
}

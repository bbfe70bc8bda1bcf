import { realpath } from 'node:fs/promises'
import { rootError } from './root-error.js'

/**
 * Resolves the directory to scan, following links in its own path.
 *
 * Throws a DriftpinError of {@link rootError} where that fails.
 */
export async function realRoot(directory: string): Promise<Buffer> {
  try {
    return await realpath(directory, { encoding: 'buffer' })
  } catch (error) {
    throw rootError(directory, error, 'resolve')
  }
}

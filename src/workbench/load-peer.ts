import { DriftpinError } from '../errors.js'

/**
 * Loads a package that only those have to install who use what needs it.
 *
 * @param missing What is said where it is not there: for what it is, and how to install it.
 * @throws DriftpinError `tool_missing`.
 */
export async function loadPeer<Module>(
  load: () => Promise<Module>,
  missing: string,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new DriftpinError('tool_missing', missing, error)
  }
}

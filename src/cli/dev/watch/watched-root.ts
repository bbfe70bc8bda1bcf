import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../../command-error.js'

/**
 * The directory that is meant, by the path that changes in it are told with.
 *
 * @throws UsageError for what is no directory.
 */
export async function watchedRoot(directory: string): Promise<string> {
  const path = resolve(directory)
  const stats = await stat(path).catch((cause) => {
    throw new UsageError(`${path} cannot be watched: ${cause.code ?? cause}.`, { cause })
  })
  if (!stats.isDirectory()) throw new UsageError(`${path} cannot be watched: it is no directory.`)
  return await realpath(path)
}

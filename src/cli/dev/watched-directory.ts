import { createHash } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../command-error.js'

/**
 * The real path of a directory. The watcher reports changes under this path.
 *
 * @throws UsageError if it is not a directory
 */
export async function watchedRoot(directory: string): Promise<string> {
  const path = resolve(directory)
  const stats = await stat(path).catch((cause) => {
    throw new UsageError(`${path} cannot be watched: ${cause.code ?? cause}.`, { cause })
  })
  if (!stats.isDirectory())
    throw new UsageError(`${path} cannot be watched: it is not a directory.`)
  return await realpath(path)
}

/**
 * The ids of the rows that represent a directory in a database. They are derived from its path, so
 * that they are the same whenever the directory is watched.
 */
export function directoryIds(path: string) {
  return {
    workspaceId: idOf('workspace', path),
    buildId: idOf('build', path),
    agentId: idOf('agent', path),
    chatId: idOf('chat', path),
  }
}

/** A uuid of version 8, which is meant for derived ids. */
function idOf(kind: string, path: string): string {
  const hash = createHash('sha256').update(`${kind}\0${path}`).digest('hex')
  const [low, mid] = [hash.slice(0, 8), hash.slice(8, 12)]
  return `${low}-${mid}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

import { createHash } from 'node:crypto'

/** What stands for a directory of this machine in a database. */
export interface DirectoryIds {
  readonly workspaceId: string
  readonly buildId: string
  readonly agentId: string
  readonly chatId: string
}

/** Made of the path, so that they are the same whenever it is watched. */
export function directoryIds(path: string): DirectoryIds {
  return {
    workspaceId: idOf('workspace', path),
    buildId: idOf('build', path),
    agentId: idOf('agent', path),
    chatId: idOf('chat', path),
  }
}

/** A uuid of version 8, which is for those that are made of something. */
function idOf(kind: string, path: string): string {
  const hash = createHash('sha256').update(`${kind}\0${path}`).digest('hex')
  const [low, mid] = [hash.slice(0, 8), hash.slice(8, 12)]
  return `${low}-${mid}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

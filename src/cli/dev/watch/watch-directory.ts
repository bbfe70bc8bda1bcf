import { type PushResult, push } from '../../../context/index.js'
import type { Database } from '../../../database/index.js'
import { canChangeScan, type ScanResult, scan } from '../../../scan/index.js'
import { type ChangedResource, changedResources } from './changed-resources.js'
import { ensureDirectoryAgent } from './directory-agent.js'
import { openWatch } from './open-watch.js'

/** What a push of a watched directory came to. */
export interface WatchedPush {
  readonly resources: number
  readonly changed: readonly ChangedResource[]
  readonly result: PushResult
}

/** Who is told what comes of a directory. */
export interface WatchListener {
  pushed(push: WatchedPush): void
  /** Something went wrong, and the next change is tried again. */
  failed(error: unknown): void
}

/** A directory that is scanned and pushed whenever it changes. */
export interface WatchedDirectory {
  /** Waits for a push that is going on. */
  close(): Promise<void>
}

/**
 * Scans a directory now and whenever it changes, and pushes what an agent there would report. What
 * goes wrong is told, and ends nothing.
 *
 * @param path As {@link watchedRoot} has it.
 */
export async function watchDirectory(
  database: () => Database,
  path: string,
  listener: WatchListener,
): Promise<WatchedDirectory> {
  let before: ScanResult | undefined
  const pushNow = async () => {
    const found = await scan(path)
    const { resources, snapshotError, rootName } = found
    const changed = changedResources(before?.resources ?? [], resources, rootName)
    if (before && changed.length === 0 && before.snapshotError === snapshotError) return
    const { agentId, version } = await ensureDirectoryAgent(database(), path)
    const pushed = { agentId, version: version + 1n, resources, snapshotError, notify: true }
    const result = await push(database(), pushed)
    if (!result.accepted) throw new Error(`Another push came before that of ${path}.`)
    listener.pushed({ resources: resources.length, changed: before ? changed : [], result })
    before = found
  }
  return await openWatch(path, {
    isOfInterest: (changed) => canChangeScan(path, changed),
    work: pushNow,
    failed: (error) => listener.failed(error),
  })
}

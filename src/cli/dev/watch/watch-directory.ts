import { relative, sep } from 'node:path'
import { type PushResult, push } from '../../../context/push.js'
import type { Database } from '../../../database/database.js'
import { scan } from '../../../scan/scan.js'
import type { ResourceInput } from '../../../schema/resource.js'
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
 * How deep below the root there is something to find, by the first name of the way: `.mcp.json` at
 * the top, `skills/NAME/SKILL.md`, `.claude/skills/NAME/SKILL.md`. A whole project is never watched.
 */
const depths: ReadonlyMap<string, number> = new Map([
  ...['AGENTS.md', 'CLAUDE.md', '.cursorrules', '.mcp.json'].map((name) => [name, 1] as const),
  ['skills', 3],
  ...['.agents', '.claude', '.codex'].map((name) => [name, 4] as const),
])

/** Whether a change at a path can change what an agent finds. */
export function isOfInterest(root: string, path: string): boolean {
  const names = relative(root, path).split(sep)
  if (names[0] === '') return true
  const isDot = names[0]!.startsWith('.') && names.length > 1
  if (isDot && names[1] !== 'skills') return false
  return names.length <= (depths.get(names[0]!) ?? 0)
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
  let before: readonly ResourceInput[] | undefined
  let hash = ''
  const pushNow = async () => {
    const found = await scan(path)
    const next = Buffer.from(found.aggregateHash).toString('hex') + found.snapshotError
    const changed = changedResources(before ?? [], found.resources, found.rootName)
    if (before && next === hash && changed.length === 0) return
    const { agentId, version } = await ensureDirectoryAgent(database(), path)
    const { resources, snapshotError } = found
    const pushed = { agentId, version: version + 1n, resources, snapshotError, notify: true }
    const result = await push(database(), pushed)
    if (!result.accepted) throw new Error(`Another push came before that of ${path}.`)
    const isFirst = before === undefined
    before = resources
    hash = next
    const told = isFirst ? [] : changed
    listener.pushed({ resources: resources.length, changed: told, result })
  }
  return await openWatch(path, {
    isOfInterest: (changed) => isOfInterest(path, changed),
    work: pushNow,
    failed: (error) => listener.failed(error),
  })
}

import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type FSWatcher, watch } from 'chokidar'
import {
  createAgent,
  createBuild,
  createChat,
  createWorkspace,
  type PushResult,
  push,
} from '../../context/index.js'
import { type Database, quoteIdentifier } from '../../database/index.js'
import { canChangeScan, type ScanResult, scan } from '../../scan/index.js'
import type { ResourceInput } from '../../schema/index.js'
import { belowRoot } from '../resources.js'
import { directoryIds } from './watched-directory.js'

/** The push of a watched directory, and its result. */
export interface WatchedPush {
  readonly resources: number
  readonly changed: readonly ChangedResource[]
  readonly result: PushResult
}

/** Receives the results for a watched directory. */
export interface WatchListener {
  pushed(push: WatchedPush): void
  /** An error. The directory is scanned again later. */
  failed(error: unknown): void
}

/** A directory that is scanned and pushed after every change. */
export interface WatchedDirectory {
  /** Waits for a push in progress. */
  close(): Promise<void>
}

/**
 * Scans a directory now and after every change, and pushes the result as an agent there would.
 * Errors are reported and end nothing.
 *
 * @param path The real path, see {@link watchedRoot}.
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
    const pushed = { agentId, version: version + 1, notify: true, ...found }
    const result = await push(database(), pushed)
    if (!result.accepted) throw new Error(`Another push came before the push of ${path}.`)
    listener.pushed({ resources: resources.length, changed: before ? changed : [], result })
    before = found
  }
  return await openWatch(path, {
    isOfInterest: (changed) => canChangeScan(path, changed),
    work: pushNow,
    failed: (error) => listener.failed(error),
  })
}

/** Changes come in groups: an editor writes, renames and deletes. */
const quietMsUsual = 80

/** The time until the next attempt after an error: a replaced directory is missing for a moment. */
const againMs = 1000

/** How a directory is watched. */
export interface Watch {
  readonly isOfInterest: (path: string) => boolean
  /** Runs at the start, and after each group of changes. Two runs never overlap. */
  readonly work: () => Promise<void>
  /** Receives each error, but a repeated error only once. */
  readonly failed: (error: unknown) => void
  /** A group of changes ends when nothing changes for this time. */
  readonly quietMs?: number
}

/**
 * Watches a directory until it is closed. After an error it opens the directory again, because
 * another directory may have taken its name, and repeats the work.
 */
export async function openWatch(
  path: string,
  { isOfInterest, work, failed, quietMs = quietMsUsual }: Watch,
): Promise<{ close(): Promise<void> }> {
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  let isClosed = false
  let reported: string | undefined

  const report = (error: unknown) => {
    const message = String(error)
    if (message !== reported) failed(error)
    reported = message
  }
  const after = (ms: number, run: () => void) => {
    clearTimeout(timer)
    if (!isClosed) timer = setTimeout(run, ms)
  }
  const run = () => {
    working = working.then(async () => {
      if (isClosed) return
      try {
        await work()
        reported = undefined
      } catch (error) {
        report(error)
        after(againMs, () => void begin())
      }
    })
  }
  const begin = async () => {
    await watcher?.close()
    if (isClosed) return
    const ignored = (changed: string) => !isOfInterest(changed)
    const begun = watch(path, { ignoreInitial: true, ignored })
    watcher = begun.on('all', () => after(quietMs, run)).on('error', report)
    // Changes before the watcher is ready would be missed.
    await new Promise<void>((ready) => begun.once('ready', ready))
    run()
  }

  await begin()
  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await watcher?.close()
      await working
    },
  }
}

/** A resource that differs between two scans. */
export interface ChangedResource {
  readonly how: 'added' | 'changed' | 'removed'
  /** The path below the root. */
  readonly path: string
}

/** The resources that differ between two scans, in the order of their sources. */
export function changedResources(
  before: readonly ResourceInput[],
  after: readonly ResourceInput[],
  rootName: string,
): ChangedResource[] {
  const old = new Map(before.map((one) => [one.source, one]))
  const now = new Map(after.map((one) => [one.source, one]))
  const sources = [...new Set([...old.keys(), ...now.keys()])].sort()
  return sources.flatMap((source): ChangedResource[] => {
    const [was, is] = [old.get(source), now.get(source)]
    if (isDeepStrictEqual(was, is)) return []
    const how = was ? (is ? 'changed' : 'removed') : 'added'
    return [{ how, path: belowRoot(source, rootName) }]
  })
}

/** The owner of watched directories. No application knows this id. */
const ownerId = '00000000-0000-4000-8000-0000000000dd'

/**
 * Finds the agent of a directory, or creates it with a workspace, a build and a chat. An existing
 * chat is not changed; a deleted one is created again.
 *
 * @returns The agent, and the version of its snapshot, which is 0 before the first push.
 */
async function ensureDirectoryAgent(database: Database, path: string) {
  const { workspaceId, buildId, agentId, chatId } = directoryIds(path)
  const name = basename(path) || path
  const schema = quoteIdentifier(database.schema)
  return await database.transaction(async (transaction) => {
    const { rows } = await transaction.query<
      Record<'workspace' | 'build' | 'agent' | 'chat', boolean> & { version: bigint | null }
    >(
      `SELECT EXISTS (SELECT FROM ${schema}.workspaces WHERE id = $1) AS workspace,
              EXISTS (SELECT FROM ${schema}.workspace_builds WHERE id = $2) AS build,
              EXISTS (SELECT FROM ${schema}.workspace_agents WHERE id = $3) AS agent,
              EXISTS (SELECT FROM ${schema}.chats WHERE id = $4) AS chat,
              (SELECT version FROM ${schema}.workspace_agent_context_snapshots
               WHERE workspace_agent_id = $3) AS version`,
      [workspaceId, buildId, agentId, chatId],
    )
    const { workspace, build, agent, chat, version } = rows[0]!
    if (!workspace)
      await createWorkspace(transaction, { id: workspaceId, ownerId, name: 'watched' })
    if (!build) await createBuild(transaction, { id: buildId, workspaceId })
    if (!agent) {
      const place = { buildId, name, operatingSystem: process.platform, directory: path }
      await createAgent(transaction, { id: agentId, ...place })
    }
    if (!chat) await createChat(transaction, { id: chatId, ownerId, agentId, title: `On ${name}` })
    return { agentId, version: Number(version ?? 0) }
  })
}

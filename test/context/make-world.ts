import { randomUUID } from 'node:crypto'
import { archive, createChat, type Database, push } from '../../src/index.js'
import { type MadeAgent, makeAgent } from './make-agent.js'
import { makeFile, makeResources, makeSkill } from './make-resources.js'
import type { OperationName } from './operations.js'

/** An owner's workspace with two agents that have pushed, and chats in several states. */
export interface World extends MadeAgent {
  /** A second agent of the same workspace, which has something else. */
  readonly next: MadeAgent
  /** A third one, which has yet to push. */
  readonly fresh: MadeAgent
  /** Hydrated, and dirty. */
  readonly chatId: string
  readonly archivedId: string
  /** The source of a pin of the chat. */
  readonly source: string
}

/** What a world has of its own that would differ from one to the next. */
interface Given {
  /** Random ones by default. */
  readonly newId?: () => string
  /** When everything happens; the database's time by default. */
  readonly now?: string
}

/** Fills an installed schema with a world of its own; worlds share nothing. */
export async function makeWorld(
  database: Database,
  { newId = randomUUID, now }: Given = {},
): Promise<World> {
  const at = now === undefined ? {} : { now }
  const agent = await makeAgent(database, { newId })
  const { agentId, ownerId } = agent
  const next = await makeAgent(database, { ...agent, newId })
  const fresh = await makeAgent(database, { ...agent, newId })
  const resources = [...makeResources(7), makeSkill('release-notes')]
  const nextResources = makeResources(3, 'next')
  await push(database, { agentId, version: 1, resources, ...at })
  await push(database, { agentId: next.agentId, version: 1, resources: nextResources, ...at })
  const { chat } = await createChat(database, { id: newId(), ownerId, agentId, ...at })
  const { chat: old } = await createChat(database, { id: newId(), ownerId, agentId, ...at })
  await archive(database, { chatId: old.id, now: '2020-01-01T00:00:00Z' })
  await push(database, { agentId, version: 2, resources: [makeFile('/shop/AGENTS.md')], ...at })
  const source = resources[0]!.source
  return { ...agent, next, fresh, chatId: chat.id, archivedId: old.id, source }
}

/**
 * Good parameters for every operation in a world, each with everything that it takes. In this
 * order they can also be run one after the other.
 */
export function goodCalls(
  world: World,
  newId: () => string = randomUUID,
): [OperationName, Record<string, unknown>][] {
  const { agentId, next, fresh, ownerId, workspaceId, buildId, chatId, archivedId, source } = world
  const now = '2026-05-01T12:00:00.123456Z'
  const key = { chatId, ownerId }
  const write = { now, notify: true }
  const reported = { operatingSystem: 'linux', directory: '/shop' }
  const resource = { ...makeFile('/shop/AGENTS.md', 'new\n'), error: '', sourcePath: '' }
  const head = { agentId, initial: false, ready: true, snapshotError: '', ...write }
  const run = { id: newId(), startedAt: '2026-05-01T11:00:00.123456Z' }
  return [
    ['push', { ...head, version: 3, run, rootName: '/shop', resources: [resource] }],
    ['push', { ...head, agentId: fresh.agentId, version: 1, resources: [resource] }],
    [
      'createChat',
      { id: newId(), ownerId, agentId, title: 'T', status: 'running', follows: [], ...write },
    ],
    ['createChat', { id: newId(), ownerId, workspaceId, title: 'T', ...write }],
    ['createChat', { id: newId(), ownerId, agentId, pinsOf: chatId, title: 'T', ...write }],
    ['getChatContext', key],
    ['getChatContexts', { chatIds: [chatId, archivedId], ownerId }],
    ['listChats', { ownerId, archived: false, limit: 10 }],
    ['listPins', { ...key, bodies: true }],
    ['getPin', { ...key, source }],
    ['getSkill', { ...key, name: 'release-notes' }],
    ['listTools', key],
    ['diff', key],
    ['prompt', key],
    ['addMessages', { ...key, messages: [{ role: 'user', content: { text: 'Hi' } }], ...write }],
    ['refresh', { ...key, only: { sources: [source], kinds: ['skill'] }, ...write }],
    ['refresh', { ...key, ...write }],
    ['refreshAgent', { agentId, ...write }],
    ['bind', { ...key, agentId: next.agentId, refresh: false, ...write }],
    ['rebindWorkspace', { workspaceId, agentId, refresh: true, ...write }],
    ['setFollows', { ...key, follows: ['skill', 'mcp_server'], ...write }],
    ['unpin', { ...key, notify: true }],
    ['hydrate', { ...key, ...write }],
    ['hydrate', { agentId, ...write }],
    ['archive', { ...key, ...write }],
    ['unarchive', { ...key, ...write }],
    ['purge', { before: '2020-01-01T00:00:00.000001Z', limit: 10, notify: true }],
    ['purgeExpired', { retentionDays: 30, limit: 10, ...write }],
    ['deleteChat', { ...key, notify: true }],
    ['archiveIdle', { before: '2020-01-01T00:00:00.000001Z', limit: 10, ...write }],
    ['purgeFiles', { before: '2020-01-01T00:00:00.000001Z', limit: 10 }],
    ['purgeDebugRuns', { before: '2020-01-01T00:00:00.000001Z', limit: 10 }],
    ['createWorkspace', { id: newId(), ownerId, name: 'other', now }],
    ['createBuild', { id: newId(), workspaceId, buildNumber: 7, now }],
    ['createAgent', { id: newId(), buildId, name: 'second', ...reported, now }],
    ['deleteAgent', { agentId: fresh.agentId, permanently: false, notify: true }],
    ['deleteBuild', { buildId: next.buildId, permanently: true, notify: true }],
    ['deleteWorkspace', { workspaceId, permanently: true, notify: true }],
  ]
}

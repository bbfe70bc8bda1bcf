import type { Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { chatNotFound } from './chat-ref.js'
import type { ChatKey } from './check-input.js'
import { defineStatement, type RowOf } from './statement.js'

// Rows are always locked in the same order, so that operations do not deadlock: workspaces, agents,
// chats, rows of a chat; within a table by ascending id. An operation locks only what it needs. A
// push locks its agent FOR UPDATE and then chats. A binding locks the workspace FOR KEY SHARE, the
// agent FOR SHARE, and then chats. An operation on one chat locks the chat and then its rows.
//
// The workspace comes first because foreign keys lock it at COMMIT: the check of a binding does so,
// and every second UPDATE of a chat in one transaction, even if it does not change the keys.
//
// The lock on the agent also ensures that a push does not miss a chat that is created at the same
// time: whichever comes second sees what the first one committed. Rows that a lock protects are
// always read by a later statement than the one that takes the lock, because a statement that
// waited for a lock still sees the database as it was before the wait.
//
// The transactions of a backend must take locks in the same order. Otherwise PostgreSQL may abort
// them with 40P01, or an operation, which then begins again:
// - Before a backend deletes a workspace, a build or an agent permanently, it locks the workspace
//   FOR UPDATE, then the agents that will be deleted FOR UPDATE and their chats FOR NO KEY UPDATE,
//   each ORDER BY id. The foreign keys alone would lock chats in any order, and the chats of a
//   workspace before its agents.
// - A transaction with several operations, or with several changes of one chat, first locks the
//   workspaces of its chats FOR KEY SHARE, their agents FOR SHARE (FOR UPDATE to push) and the
//   chats FOR NO KEY UPDATE, each ORDER BY id. It begins again if a chat was bound to another agent
//   in the meantime.
// - Before it changes rows that belong to chats, or deletes a file that several chats link to, it
//   locks those chats FOR NO KEY UPDATE ORDER BY id.

/** A workspace, a build or an agent; the ids of the other two are absent. */
export type Place = Partial<Readonly<Record<keyof typeof missing, string>>>

const missing = {
  workspaceId: ['workspace', 'workspace_not_found'],
  buildId: ['build', 'build_not_found'],
  agentId: ['agent', 'agent_not_found'],
} as const

/** The error of a workspace, a build or an agent that does not exist. */
export function notFound(which: Place): DriftpinError {
  const [[key, value]] = Object.entries(which) as [[keyof Place, string]]
  const [what, code] = missing[key]
  return new DriftpinError(code, `There is no ${what} ${value}. It may have been deleted.`, which)
}

const agentRow = { id: 'uuid', deleted: 'boolean', buildId: 'uuid', workspaceId: 'uuid' } as const

export const lockAgentForUpdate = defineStatement({
  name: 'lock agent for update',
  parameters: { agentId: 'uuid' },
  row: agentRow,
  sql: ({ workspace_agents, workspace_builds }, { agentId }) => `
    SELECT a.id, a.deleted, a.build_id AS "buildId", b.workspace_id AS "workspaceId"
    FROM ${workspace_agents} a JOIN ${workspace_builds} b ON b.id = a.build_id
    WHERE a.id = ${agentId}
    FOR UPDATE OF a`,
})

/** An agent whose row is locked until the end of the transaction. */
export type LockedAgent = RowOf<typeof agentRow>

const boundRow = { ...agentRow, workspaceOwnerId: 'uuid', isCurrentBuild: 'boolean' } as const

export const lockAgentForShare = defineStatement({
  name: 'lock agent for share',
  parameters: { agentId: 'uuid' },
  row: boundRow,
  // The locks are taken in the order in which the clause names the tables.
  sql: ({ workspace_agents, workspace_builds, workspaces }, { agentId }) => `
    SELECT a.id, a.deleted, a.build_id AS "buildId", b.workspace_id AS "workspaceId",
           w.owner_id AS "workspaceOwnerId",
           NOT EXISTS (SELECT FROM ${workspace_builds} newer
                       WHERE newer.workspace_id = b.workspace_id
                         AND newer.build_number > b.build_number) AS "isCurrentBuild"
    FROM ${workspace_agents} a JOIN ${workspace_builds} b ON b.id = a.build_id
    JOIN ${workspaces} w ON w.id = b.workspace_id
    WHERE a.id = ${agentId}
    FOR KEY SHARE OF w FOR SHARE OF a`,
})

/** An agent that chats are bound to. */
export type AgentToBind = RowOf<typeof boundRow>

/**
 * Locks an agent, even a softly deleted one: its last push is still its live context.
 *
 * @throws DriftpinError `agent_not_found`.
 */
export async function lockLiveAgent(
  transaction: Transaction,
  agentId: string,
): Promise<AgentToBind> {
  const [agent] = await lockAgentForShare(transaction, { agentId })
  if (agent) return agent
  throw notFound({ agentId })
}

/**
 * Locks an agent for a push or a binding, neither of which a deleted agent accepts.
 *
 * @throws DriftpinError `agent_not_found` or `agent_deleted`.
 */
export async function lockAgent(
  transaction: Transaction,
  agentId: string,
  mode: 'update',
): Promise<LockedAgent>
export async function lockAgent(
  transaction: Transaction,
  agentId: string,
  mode: 'share',
): Promise<AgentToBind>
export async function lockAgent(
  transaction: Transaction,
  agentId: string,
  mode: 'update' | 'share',
): Promise<LockedAgent> {
  const lock = mode === 'update' ? lockAgentForUpdate : lockAgentForShare
  const [agent] = await lock(transaction, { agentId })
  if (!agent) throw notFound({ agentId })
  if (!agent.deleted) return agent
  throw new DriftpinError(
    'agent_deleted',
    `The agent ${agentId} is deleted, so nothing can be pushed or bound to it. Use the agent of ` +
      'the current build.',
    { agentId },
  )
}

/**
 * Refuses to give chats the context of another owner's workspace.
 *
 * @throws DriftpinError `workspace_not_owned`.
 */
export function refuseForeign(
  place: { readonly workspaceId: string; readonly workspaceOwnerId: string },
  ownerIds: readonly string[],
): void {
  if (ownerIds.every((ownerId) => ownerId === place.workspaceOwnerId)) return
  const { workspaceId } = place
  throw new DriftpinError(
    'workspace_not_owned',
    `The workspace ${workspaceId} belongs to another owner than the chat, which would read its ` +
      'context. Nothing was written. If the owner of the chat may, say sharedWorkspace: true.',
    { workspaceId },
  )
}

/** Locks a workspace whose chats will be bound, and the workspace of their new agent. */
export const lockWorkspaces = defineStatement({
  name: 'lock workspaces of binding',
  parameters: { workspaceId: 'uuid', agentId: 'uuid?' },
  row: { id: 'uuid' },
  sql: ({ workspaces, workspace_agents, workspace_builds }, { workspaceId, agentId }) => `
    SELECT w.id FROM ${workspaces} w
    WHERE w.id = ${workspaceId} OR w.id = (
      SELECT b.workspace_id
      FROM ${workspace_agents} a JOIN ${workspace_builds} b ON b.id = a.build_id
      WHERE a.id = ${agentId})
    ORDER BY w.id
    FOR KEY SHARE OF w`,
})

/** Locks the workspace of a chat that will be updated twice. */
export const lockWorkspaceOfChat = defineStatement({
  name: 'lock workspace of chat',
  parameters: { chatId: 'uuid' },
  row: { id: 'uuid' },
  sql: ({ workspaces, chats }, { chatId }) => `
    SELECT w.id FROM ${workspaces} w
    WHERE w.id = (SELECT c.workspace_id FROM ${chats} c WHERE c.id = ${chatId})
    FOR KEY SHARE OF w`,
})

export const lockAgentOfChat = defineStatement({
  name: 'lock agent of chat',
  parameters: { chatId: 'uuid' },
  row: { id: 'uuid' },
  sql: ({ workspace_agents, chats }, { chatId }) => `
    SELECT a.id FROM ${workspace_agents} a
    WHERE a.id = (SELECT c.agent_id FROM ${chats} c WHERE c.id = ${chatId})
    FOR SHARE OF a`,
})

const chatRow = {
  id: 'uuid',
  ownerId: 'uuid',
  agentId: 'uuid?',
  archived: 'boolean',
  hydrated: 'boolean',
} as const

export const lockOneChat = defineStatement({
  name: 'lock chat',
  parameters: { chatId: 'uuid', ownerId: 'uuid?' },
  row: chatRow,
  sql: ({ chats }, { chatId, ownerId }) => `
    SELECT c.id, c.owner_id AS "ownerId", c.agent_id AS "agentId", c.archived,
           c.context_hashes IS NOT NULL AS hydrated
    FROM ${chats} c
    WHERE c.id = ${chatId} AND (${ownerId} IS NULL OR c.owner_id = ${ownerId})
    FOR NO KEY UPDATE OF c`,
})

/** A chat whose row is locked until the end of the transaction. */
export type LockedChat = RowOf<typeof chatRow>

/**
 * Locks a chat against other operations, but not against rows that refer to it: the host's own
 * INSERT of a message does not wait.
 *
 * @throws DriftpinError `chat_not_found`.
 */
export async function lockChat(transaction: Transaction, key: ChatKey): Promise<LockedChat> {
  const [chat] = await lockOneChat(transaction, key)
  if (!chat) throw chatNotFound(key.chatId)
  return chat
}

/**
 * Locks the agent that a chat is bound to, if there is one, and then the chat.
 *
 * @throws DriftpinError `chat_not_found`, or `chat_moved` if the chat was bound to another agent
 * between the two. The operation then begins again, because locking the other agent now would
 * break the order.
 */
export async function lockChatAndAgent(
  transaction: Transaction,
  key: ChatKey,
): Promise<LockedChat> {
  const [agent] = await lockAgentOfChat(transaction, { chatId: key.chatId })
  const chat = await lockChat(transaction, key)
  if (chat.agentId === (agent?.id ?? null)) return chat
  throw new DriftpinError(
    'chat_moved',
    `The chat ${chat.id} was bound to another agent each time it was about to be locked. ` +
      'Nothing was written. Try again.',
    { chatId: chat.id },
  )
}

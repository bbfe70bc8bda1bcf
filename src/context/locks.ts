import type { Transaction } from '../database/database.js'
import { DriftpinError } from '../errors.js'
import { chatNotFound } from './chat-not-found.js'
import { MovedError } from './run-operation.js'
import { defineStatement } from './statement.js'

// Every operation that reads live context or binds takes its locks in one order: the agent's row
// (a push FOR UPDATE, all others FOR SHARE), then chats by ascending id, then their children.
// That order keeps out deadlocks, and the lock on the agent keeps a chat that is created during a
// push from being missed by it: whichever comes second sees what the first one committed.
//
// What the lock protects is always read by a later statement. The one that waited for the lock
// would still see the database as it was before it waited.

const agentRow = { id: 'uuid', deleted: 'boolean', build_id: 'uuid', workspace_id: 'uuid' } as const

const defineAgentLock = (mode: 'UPDATE' | 'SHARE') =>
  defineStatement({
    name: `lock agent for ${mode.toLowerCase()}`,
    parameters: { agentId: 'uuid' },
    row: agentRow,
    sql: ({ workspace_agents, workspace_builds }, { agentId }) => `
    SELECT a.id, a.deleted, a.build_id, b.workspace_id
    FROM ${workspace_agents} a JOIN ${workspace_builds} b ON b.id = a.build_id
    WHERE a.id = ${agentId}
    FOR ${mode} OF a`,
  })

const lockAgentForUpdate = defineAgentLock('UPDATE')
const lockAgentForShare = defineAgentLock('SHARE')

/** An agent whose row is locked until the end of the transaction. */
export interface LockedAgent {
  readonly id: string
  readonly build_id: string
  readonly workspace_id: string
}

/**
 * Locks an agent, deleted softly or not: what it pushed last is still its live context.
 *
 * @throws DriftpinError `agent_not_found`.
 */
export async function lockLiveAgent(
  transaction: Transaction,
  agentId: string,
  mode: 'update' | 'share',
): Promise<LockedAgent & { readonly deleted: boolean }> {
  const lock = mode === 'update' ? lockAgentForUpdate : lockAgentForShare
  const [agent] = await lock(transaction, { agentId })
  if (agent) return agent
  throw new DriftpinError(
    'agent_not_found',
    `There is no agent ${agentId}. It may have been deleted with its build or workspace.`,
    { agentId },
  )
}

/**
 * Locks an agent that something new is to begin with: a push, or a binding.
 *
 * @throws DriftpinError `agent_not_found` or `agent_deleted`.
 */
export async function lockAgent(
  transaction: Transaction,
  agentId: string,
  mode: 'update' | 'share',
): Promise<LockedAgent> {
  const agent = await lockLiveAgent(transaction, agentId, mode)
  if (!agent.deleted) return agent
  throw new DriftpinError(
    'agent_deleted',
    `The agent ${agentId} is deleted: nothing is pushed to it or bound to it any more. ` +
      'Use the agent of the current build.',
    { agentId },
  )
}

const lockAgentOfChat = defineStatement({
  name: 'lock agent of chat',
  parameters: { chatId: 'uuid' },
  row: { id: 'uuid' },
  sql: ({ workspace_agents, chats }, { chatId }) => `
    SELECT a.id FROM ${workspace_agents} a
    WHERE a.id = (SELECT c.agent_id FROM ${chats} c WHERE c.id = ${chatId})
    FOR SHARE OF a`,
})

const lockOneChat = defineStatement({
  name: 'lock chat',
  parameters: { chatId: 'uuid', ownerId: 'uuid?' },
  row: {
    id: 'uuid',
    owner_id: 'uuid',
    agent_id: 'uuid?',
    archived: 'boolean',
    hydrated: 'boolean',
  },
  sql: ({ chats }, { chatId, ownerId }) => `
    SELECT c.id, c.owner_id, c.agent_id, c.archived,
           c.context_aggregate_hash IS NOT NULL AS hydrated
    FROM ${chats} c
    WHERE c.id = ${chatId} AND (${ownerId} IS NULL OR c.owner_id = ${ownerId})
    FOR NO KEY UPDATE OF c`,
})

/** A chat whose row is locked until the end of the transaction. */
export interface LockedChat {
  readonly id: string
  readonly owner_id: string
  readonly agent_id: string | null
  readonly archived: boolean
  readonly hydrated: boolean
}

/**
 * Locks a chat against other operations, but not against rows that refer to it: the host's own
 * INSERT of a message does not wait.
 *
 * @throws DriftpinError `chat_not_found`.
 */
export async function lockChat(
  transaction: Transaction,
  { chatId, ownerId }: { readonly chatId: string; readonly ownerId?: string | undefined },
): Promise<LockedChat> {
  const [chat] = await lockOneChat(transaction, { chatId, ownerId: ownerId ?? null })
  if (!chat) throw chatNotFound(chatId)
  return chat
}

/**
 * Locks the agent that a chat is bound to, if it is, and then the chat.
 *
 * @throws MovedError when the chat was bound elsewhere between the two; the operation begins
 * again, since locking the other agent now would break the order.
 */
export async function lockChatAndAgent(
  transaction: Transaction,
  key: { readonly chatId: string; readonly ownerId?: string | undefined },
): Promise<LockedChat> {
  const [agent] = await lockAgentOfChat(transaction, { chatId: key.chatId })
  const chat = await lockChat(transaction, key)
  if (chat.agent_id !== (agent?.id ?? null)) throw new MovedError(chat.id)
  return chat
}

import { z } from 'zod'
import type { Queryable, Transaction } from '../database/index.js'
import { type ChatRef, type ContextChanges, chatRef, noChanges } from './chat-ref.js'
import {
  type ChatKey,
  chatInput,
  checkInput,
  id,
  type WriteOptions,
  writeOptions,
} from './check-input.js'
import { noLiveContext, refreshChats } from './live-context.js'
import { type AgentToBind, lockAgent, lockChat, lockWorkspaces, refuseForeign } from './locks.js'
import { changeEvents } from './notify-chats.js'
import { type Announce, runOperation } from './run-operation.js'
import { settleChats } from './settle.js'
import { defineStatement } from './statement.js'

const options = {
  agentId: id.nullable(),
  refresh: z.boolean().optional(),
  sharedWorkspace: z.boolean().default(false),
  ...writeOptions,
}
const bindInput = chatInput.extend(options)
const rebindInput = z.strictObject({ workspaceId: id, ...options })

/**
 * The agent to bind to.
 *
 * @example
 * ```ts
 * const toNone: BindOptions = { agentId: null }
 * await bind(database, { chatId, ...toNone })
 * ```
 */
export interface BindOptions extends WriteOptions {
  /** The agent; its build and workspace follow from it. Null unbinds from all three. */
  readonly agentId: string | null
  /** Also replaces the pins with the new agent's live context; false by default. */
  readonly refresh?: boolean | undefined
  /**
   * Whether the agent may be in a workspace of another owner, which the host has to have checked;
   * false by default.
   */
  readonly sharedWorkspace?: boolean | undefined
}

/**
 * The result of binding chats.
 *
 * @example
 * ```ts
 * const { bound, dirtied }: BindResult = await bind(database, { chatId, agentId })
 * if (dirtied.length > 0) console.log(`${bound.length} bound, and its pins are not the agent's`)
 * ```
 */
export interface BindResult extends ContextChanges {
  /** The chats that are now bound to the requested agent, or to none. */
  readonly bound: readonly ChatRef[]
  /** Pins replaced, with `refresh: true`. */
  readonly refreshed: readonly ChatRef[]
  /** False if the agent's workspace has a later build; null if bound to none. */
  readonly isCurrentBuild: boolean | null
}

export const bindChats = defineStatement({
  name: 'bind chats',
  parameters: { chatIds: 'uuid[]', workspaceId: 'uuid?', buildId: 'uuid?', agentId: 'uuid?' },
  row: {},
  sql: ({ chats }, { chatIds, workspaceId, buildId, agentId }) => `
    UPDATE ${chats}
    SET workspace_id = ${workspaceId}, build_id = ${buildId}, agent_id = ${agentId}
    WHERE id = ANY (${chatIds})
      AND (workspace_id, build_id, agent_id)
        IS DISTINCT FROM (${workspaceId}, ${buildId}, ${agentId})`,
})

export const lockChatsOfWorkspace = defineStatement({
  name: 'lock chats of workspace',
  parameters: { workspaceId: 'uuid' },
  row: { id: 'uuid', ownerId: 'uuid' },
  sql: ({ chats }, { workspaceId }) => `
    SELECT id, owner_id AS "ownerId" FROM ${chats}
    WHERE workspace_id = ${workspaceId} AND NOT archived
    ORDER BY id
    FOR NO KEY UPDATE`,
})

/**
 * Binds a chat to another agent, or to none. Its pins stay as they are, except that the kinds that
 * it follows become as live. A chat without pins is hydrated. The dirty mark is set or cleared to
 * match. If the agent has not pushed or is not ready, no pin changes and the mark is cleared.
 * `chats.updated_at` does not change. An archived chat is only bound, unless `refresh` is true:
 * unarchiving settles it.
 *
 * @throws DriftpinError `chat_not_found`, `agent_not_found`, `agent_deleted`,
 * `workspace_not_owned` for an agent in the workspace of another owner; `no_live_context` and
 * `agent_not_ready` (both with `refresh` only), `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { dirtied } = await bind(database, { chatId, agentId: newAgentId })
 * ```
 */
export async function bind(
  queryable: Queryable,
  params: ChatKey & BindOptions,
): Promise<BindResult> {
  const input = checkInput('bind', bindInput, params)
  const { agentId, refresh, sharedWorkspace, now, notify, ...key } = input
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const agent = agentId ? await lockAgent(transaction, agentId, 'share') : undefined
    const chat = await lockChat(transaction, key)
    if (agent && !sharedWorkspace) refuseForeign(agent, [chat.ownerId])
    return await bindLocked(transaction, [chatRef(chat)], { agent, refresh, now, announce })
  })
}

/**
 * Binds all unarchived chats of a workspace to one agent, or to none, as {@link bind} does for one
 * chat. A backend calls it when a rebuild has created a new agent. The number of statements does
 * not depend on the number of chats. Chats that are in the workspace already may be of any owner.
 *
 * @throws DriftpinError as {@link bind}; a workspace without chats is not an error.
 *
 * @example
 * ```ts
 * const { bound, dirtied } = await rebindWorkspace(database, { workspaceId, agentId: newAgentId })
 * ```
 */
export async function rebindWorkspace(
  queryable: Queryable,
  params: { readonly workspaceId: string } & BindOptions,
): Promise<BindResult> {
  const input = checkInput('rebindWorkspace', rebindInput, params)
  const { workspaceId, agentId, refresh, sharedWorkspace, now, notify } = input
  return await runOperation(queryable, notify, async (transaction, announce) => {
    await lockWorkspaces(transaction, { workspaceId, agentId })
    const agent = agentId ? await lockAgent(transaction, agentId, 'share') : undefined
    const chats = await lockChatsOfWorkspace(transaction, { workspaceId })
    const isOther = agent && agent.workspaceId !== workspaceId
    if (isOther && !sharedWorkspace) {
      const ownerIds = chats.map(({ ownerId }) => ownerId)
      refuseForeign(agent, ownerIds)
    }
    return await bindLocked(transaction, chats, { agent, refresh, now, announce })
  })
}

async function bindLocked(
  transaction: Transaction,
  bound: readonly ChatRef[],
  options: Pick<BindOptions, 'refresh' | 'now'> & {
    readonly agent: AgentToBind | undefined
    readonly announce: Announce
  },
): Promise<BindResult> {
  const { agent, refresh, now, announce } = options
  const isCurrentBuild = agent?.isCurrentBuild ?? null
  let result: BindResult = { bound, refreshed: [], ...noChanges, isCurrentBuild }
  if (bound.length === 0) return result
  if (refresh && !agent) throw noLiveContext(bound[0]!.id)
  const chatIds = bound.map(({ id }) => id)
  const { workspaceId, buildId, id: agentId } = agent ?? {}
  await bindChats(transaction, { chatIds, workspaceId, buildId, agentId })
  if (refresh && agentId) {
    const { refreshed, hydrated } = await refreshChats(transaction, { agentId, chatIds }, now)
    result = { ...result, refreshed, hydrated }
  } else {
    const changes = await settleChats(transaction, { chatIds, isBinding: true }, now)
    result = { ...result, ...changes }
  }
  await announce(['bound', bound], ...changeEvents(result), ['refreshed', result.refreshed])
  return result
}

import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { type BodyKind, type ChatStatus, enums, limits } from '../schema/index.js'
import type { ChatRef } from './chat-ref.js'
import {
  checkInput,
  followedKinds,
  id,
  text,
  type WriteOptions,
  writeOptions,
} from './check-input.js'
import { lockAgent } from './locks.js'
import { runOperation } from './run-operation.js'
import { settleChats } from './settle.js'
import { defineStatement } from './statement.js'

const input = z
  .strictObject({
    id: id.optional(),
    ownerId: id,
    agentId: id.optional(),
    workspaceId: id.optional(),
    title: text(limits.titleBytesMax).optional(),
    status: z.enum(enums.chat_status).optional(),
    follows: followedKinds.optional(),
    ...writeOptions,
  })
  .refine(({ agentId, workspaceId }) => !(agentId && workspaceId), {
    path: ['workspaceId'],
    message: 'follows from agentId, so give one of the two',
  })

/**
 * The parameters of {@link createChat}.
 *
 * @example
 * ```ts
 * const params: CreateChatParams = { ownerId, agentId, title: 'Tides', notify: true }
 * const { chat } = await createChat(database, params)
 * ```
 */
export interface CreateChatParams extends WriteOptions {
  /** The database's own by default. */
  readonly id?: string | undefined
  /** The user of the host who will own the chat, as a UUID. */
  readonly ownerId: string
  /** The agent to bind it to; its build and workspace follow from it. */
  readonly agentId?: string | undefined
  /** The workspace to put it in while it has no agent. */
  readonly workspaceId?: string | undefined
  /** At most 1024 bytes; `New Chat` by default. */
  readonly title?: string | undefined
  /** `waiting` by default. */
  readonly status?: ChatStatus | undefined
  /**
   * The kinds whose rows are kept equal to the live context; `mcp_config` and `mcp_server` by
   * default, so that a server that starts late makes no chat dirty. With `[]` all kinds are pinned.
   */
  readonly follows?: readonly BodyKind[] | undefined
}

export const lockWorkspace = defineStatement({
  name: 'lock workspace',
  parameters: { workspaceId: 'uuid' },
  row: { id: 'uuid' },
  sql: ({ workspaces }, { workspaceId }) => `
    SELECT id FROM ${workspaces} WHERE id = ${workspaceId} FOR KEY SHARE`,
})

export const insertChat = defineStatement({
  name: 'insert chat',
  parameters: {
    id: 'uuid?',
    ownerId: 'uuid',
    workspaceId: 'uuid?',
    buildId: 'uuid?',
    agentId: 'uuid?',
    title: 'text?',
    status: 'chat_status?',
    follows: 'workspace_agent_context_body_kind[]?',
    now: 'timestamptz?',
  },
  row: { id: 'uuid', ownerId: 'uuid' },
  sql: (names, { id, ownerId, workspaceId, buildId, agentId, title, status, follows, now }) => `
    INSERT INTO ${names.chats}
      (id, owner_id, workspace_id, build_id, agent_id, title, status, context_follows, created_at,
       updated_at)
    VALUES (coalesce(${id}, gen_random_uuid()), ${ownerId}, ${workspaceId}, ${buildId}, ${agentId},
            coalesce(${title}, 'New Chat'), coalesce(${status}, 'waiting'), coalesce(${follows}, '{mcp_config,mcp_server}'),
            coalesce(${now}, now()), coalesce(${now}, now()))
    RETURNING id, owner_id AS "ownerId"`,
})

/**
 * Creates a chat. If it is bound to an agent that has pushed and is ready, it is hydrated at once.
 *
 * @throws DriftpinError `agent_not_found`, `agent_deleted`, `workspace_not_found`,
 * `invalid_input`, `isolation_refused`. For an id that exists, PostgreSQL's own 23505.
 *
 * @example
 * ```ts
 * const { chat, hydrated } = await createChat(database, { ownerId: user.id, agentId })
 * ```
 */
export async function createChat(
  queryable: Queryable,
  params: CreateChatParams,
): Promise<{ readonly chat: ChatRef; readonly hydrated: boolean }> {
  const good = checkInput('createChat', input, params)
  const { agentId, workspaceId, now, notify } = good
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const agent = agentId ? await lockAgent(transaction, agentId, 'share') : undefined
    if (workspaceId && (await lockWorkspace(transaction, { workspaceId })).length === 0) {
      throw new DriftpinError(
        'workspace_not_found',
        `There is no workspace ${workspaceId}. It may have been deleted.`,
        { workspaceId },
      )
    }
    const [chat] = await insertChat(transaction, {
      ...good,
      workspaceId: agent?.workspaceId ?? workspaceId,
      buildId: agent?.buildId,
    })
    const changes = agent && (await settleChats(transaction, { chatIds: [chat!.id] }, now))
    await announce(['created', [chat!]])
    return { chat: chat!, hydrated: changes?.hydrated.length === 1 }
  })
}

import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { type BodyKind, type ChatStatus, enums, limits } from '../schema/index.js'
import { type ChatRef, chatNotFound, chatRef } from './chat-ref.js'
import {
  checkInput,
  followedKinds,
  id,
  text,
  type WriteOptions,
  writeOptions,
} from './check-input.js'
import { mirrored, mirroredColumns } from './live-context.js'
import { lockAgent, notFound, refuseForeign } from './locks.js'
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
    pinsOf: id.optional(),
    sharedWorkspace: z.boolean().default(false),
    ...writeOptions,
  })
  .refine(({ agentId, workspaceId }) => !(agentId && workspaceId), {
    path: ['workspaceId'],
    message: 'follows from agentId, so give one of the two',
  })
  .refine(({ follows, pinsOf }) => !(follows && pinsOf), {
    path: ['follows'],
    message: 'is copied with the pins, so give one of follows and pinsOf',
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
  /**
   * A chat of the same owner whose pins, `follows` and `error` are copied instead of the live
   * context, such as the chat that starts a subagent. Afterwards the two share nothing. A chat
   * without pins has none to copy: then the new chat is hydrated like any other.
   */
  readonly pinsOf?: string | undefined
  /**
   * Whether the workspace may belong to another owner, which the host has to have checked; false by
   * default.
   */
  readonly sharedWorkspace?: boolean | undefined
}

export const lockWorkspace = defineStatement({
  name: 'lock workspace',
  parameters: { workspaceId: 'uuid' },
  row: { workspaceId: 'uuid', workspaceOwnerId: 'uuid' },
  sql: ({ workspaces }, { workspaceId }) => `
    SELECT id AS "workspaceId", owner_id AS "workspaceOwnerId"
    FROM ${workspaces} WHERE id = ${workspaceId} FOR KEY SHARE`,
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
  row: { id: 'uuid', ownerId: 'uuid', isCopied: 'boolean' },
  sql: (names, { id, ownerId, workspaceId, buildId, agentId, title, status, follows, now }) => `
    INSERT INTO ${names.chats}
      (id, owner_id, workspace_id, build_id, agent_id, title, status, context_follows, created_at,
       updated_at)
    VALUES (coalesce(${id}, gen_random_uuid()), ${ownerId}, ${workspaceId}, ${buildId}, ${agentId},
            coalesce(${title}, 'New Chat'), coalesce(${status}, 'waiting'), coalesce(${follows}, '{mcp_config,mcp_server}'),
            coalesce(${now}, now()), coalesce(${now}, now()))
    RETURNING id, owner_id AS "ownerId", false AS "isCopied"`,
})

export const insertCopy = defineStatement({
  name: 'insert chat with pins of another',
  parameters: {
    id: 'uuid?',
    ownerId: 'uuid',
    workspaceId: 'uuid?',
    buildId: 'uuid?',
    agentId: 'uuid?',
    title: 'text?',
    status: 'chat_status?',
    pinsOf: 'uuid',
    now: 'timestamptz?',
  },
  row: { id: 'uuid', ownerId: 'uuid', isCopied: 'boolean' },
  // One statement reads one snapshot, so it copies no part of a refresh without locking the chat.
  sql: (names, { id, ownerId, workspaceId, buildId, agentId, title, status, pinsOf, now }) => `
    WITH original AS MATERIALIZED (
      SELECT id, context_hashes, context_follows, context_error FROM ${names.chats}
      WHERE id = ${pinsOf} AND owner_id = ${ownerId}
    ), chat AS (
      INSERT INTO ${names.chats}
        (id, owner_id, workspace_id, build_id, agent_id, title, status, context_hashes,
         context_follows, context_error, created_at, updated_at)
      SELECT coalesce(${id}, gen_random_uuid()), ${ownerId}, ${workspaceId}, ${buildId}, ${agentId},
             coalesce(${title}, 'New Chat'), coalesce(${status}, 'waiting'), context_hashes,
             context_follows, context_error, coalesce(${now}, now()), coalesce(${now}, now())
      FROM original
      RETURNING id, owner_id, context_hashes IS NOT NULL AS is_copied
    ), copied AS (
      INSERT INTO ${names.chat_context_resources}
        (chat_id, source, ${mirroredColumns.join(', ')}, created_at, updated_at)
      SELECT chat.id, pin.source, ${mirrored('pin')},
             coalesce(${now}, now()), coalesce(${now}, now())
      FROM chat, ${names.chat_context_resources} pin
      WHERE pin.chat_id = ${pinsOf} AND chat.is_copied
    )
    SELECT id, owner_id AS "ownerId", is_copied AS "isCopied" FROM chat`,
})

/**
 * Creates a chat. If it is bound to an agent that has pushed and is ready, it is hydrated at once.
 * With `pinsOf`, it gets the pins of another chat instead, as they are now: it is marked dirty if
 * they differ from the live context of its agent, and follows from the next push on.
 *
 * @returns The chat, and whether it has taken its pins; and whether the agent is one of the latest
 * build of its workspace, null without an agent.
 * @throws DriftpinError `agent_not_found`, `agent_deleted`, `workspace_not_found`,
 * `workspace_not_owned` for the workspace of another owner;
 * `chat_not_found` for another owner's chat in `pinsOf`; `invalid_input`, `isolation_refused`. For
 * an id that exists, PostgreSQL's own 23505.
 *
 * @example
 * ```ts
 * const { chat, hydrated } = await createChat(database, { ownerId: user.id, agentId })
 * const subagent = { ownerId: user.id, agentId, pinsOf: chat.id, title: 'Read the tide tables' }
 * await createChat(database, subagent)
 * ```
 */
export async function createChat(
  queryable: Queryable,
  params: CreateChatParams,
): Promise<{
  readonly chat: ChatRef
  readonly hydrated: boolean
  readonly isCurrentBuild: boolean | null
}> {
  const good = checkInput('createChat', input, params)
  const { agentId, workspaceId, pinsOf, sharedWorkspace, now, notify } = good
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const agent = agentId ? await lockAgent(transaction, agentId, 'share') : undefined
    const [place] = workspaceId ? await lockWorkspace(transaction, { workspaceId }) : [agent]
    if (workspaceId && !place) throw notFound({ workspaceId })
    if (place && !sharedWorkspace) refuseForeign(place, [good.ownerId])
    const bound = { workspaceId: place?.workspaceId, buildId: agent?.buildId }
    const [made] = pinsOf
      ? await insertCopy(transaction, { ...good, ...bound, pinsOf })
      : await insertChat(transaction, { ...good, ...bound })
    if (!made) throw chatNotFound(pinsOf!)
    const chat = chatRef(made)
    const { isCopied } = made
    const which = { chatIds: [chat.id], isCopied }
    const changes = agent && (await settleChats(transaction, which, now))
    await announce(['created', [chat]])
    return {
      chat,
      hydrated: isCopied || changes?.hydrated.length === 1,
      isCurrentBuild: agent?.isCurrentBuild ?? null,
    }
  })
}

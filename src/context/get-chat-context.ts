import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import {
  aggregateHash,
  type BodyKind,
  type KindHashes,
  limits,
  type ResourceStatus,
} from '../schema/index.js'
import { type ChatRef, chatNotFound } from './chat-ref.js'
import { type ChatKey, chatInput, checkInput, id } from './check-input.js'
import { dirtyExpression } from './live-context.js'
import { defineStatement } from './statement.js'

const manyInput = z.strictObject({
  chatIds: z.array(id).max(limits.chatsAskedMax),
  ownerId: id.optional(),
})

/**
 * The state of a chat's pinned context, without the bodies.
 *
 * @example
 * ```ts
 * const { hydrated, dirty, counts }: ChatContext = await getChatContext(database, { chatId })
 * const pins = counts.reduce((sum, { count }) => sum + count, 0)
 * console.log(hydrated ? `${pins} pins${dirty ? ', and the agent has drifted' : ''}` : 'no pins')
 * ```
 */
export interface ChatContext {
  /** The chat. */
  readonly chat: ChatRef
  /** Whether the chat has taken its pins; there may be none. */
  readonly hydrated: boolean
  /** The aggregate hash of the pins, in hexadecimal; null if the chat is not hydrated. */
  readonly aggregateHash: string | null
  /** The kinds that the chat follows, in the order of the enum; it pins all others. */
  readonly follows: readonly BodyKind[]
  /** Whether the live context differs from the pins in a kind that the chat does not follow. */
  readonly dirty: boolean
  /** The kinds in which it differs; empty if it is not dirty or the agent is still starting. */
  readonly dirtyKinds: readonly BodyKind[]
  /** When it became dirty; null if it is not dirty. */
  readonly dirtySince: Date | null
  /** The snapshot error at the time of pinning; empty if there was none. */
  readonly error: string
  /**
   * Whether the agent has a live context: `none` if the chat is bound to no agent or to one that
   * has not pushed, `starting` if the last push was not ready.
   */
  readonly live: 'none' | 'starting' | 'ready'
  /** The number of pins for each combination of kind and status that occurs. */
  readonly counts: readonly {
    readonly kind: BodyKind
    readonly status: ResourceStatus
    readonly count: number
  }[]
}

export const readContexts = defineStatement({
  name: 'read chat contexts',
  parameters: { chatIds: 'uuid[]', ownerId: 'uuid?' },
  row: {
    id: 'uuid',
    ownerId: 'uuid',
    hydrated: 'boolean',
    hashes: 'jsonb?',
    follows: 'text[]',
    dirty: 'boolean',
    dirtyKinds: 'text[]',
    dirtySince: 'timestamptz?',
    error: 'text',
    live: 'text',
    counts: 'jsonb',
  },
  sql: (names, { chatIds, ownerId }) => `
    SELECT chat.id, chat.owner_id AS "ownerId", chat.context_hashes IS NOT NULL AS hydrated,
           chat.context_hashes AS hashes, chat.context_follows::pg_catalog.text[] AS follows,
           ${dirtyExpression(names, 'chat')} AS dirty,
           ARRAY(SELECT one.kind::pg_catalog.text
                 FROM pg_catalog.unnest(enum_range(NULL::${names.workspace_agent_context_body_kind}))
                   WITH ORDINALITY AS one (kind, place)
                 WHERE live.ready AND one.kind <> ALL (chat.context_follows)
                   AND chat.context_hashes -> one.kind::pg_catalog.text
                     IS DISTINCT FROM live.kind_hashes -> one.kind::pg_catalog.text
                 ORDER BY one.place) AS "dirtyKinds",
           chat.context_dirty_since AS "dirtySince", chat.context_error AS error,
           CASE WHEN live.ready THEN 'ready' WHEN NOT live.ready THEN 'starting' ELSE 'none' END AS live,
           (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                     'kind', pins.body_kind, 'status', pins.status, 'count', pins.count)
                   ORDER BY pins.body_kind, pins.status), '[]')
            FROM (SELECT pin.body_kind, pin.status, count(*)
                  FROM ${names.chat_context_resources} pin
                  WHERE pin.chat_id = chat.id
                  GROUP BY pin.body_kind, pin.status) pins) AS counts
    FROM pg_catalog.unnest(${chatIds}) WITH ORDINALITY AS asked (id, place)
    JOIN ${names.chats} chat ON chat.id = asked.id
    LEFT JOIN ${names.workspace_agent_context_snapshots} live
      ON live.workspace_agent_id = chat.agent_id
    WHERE ${ownerId} IS NULL OR chat.owner_id = ${ownerId}
    ORDER BY asked.place`,
})

/**
 * Returns the state of a chat's pinned context: whether it is hydrated, whether it is dirty, and
 * how many pins it has.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * const { dirty, dirtySince } = await getChatContext(database, { chatId, ownerId: user.id })
 * ```
 */
export async function getChatContext(queryable: Queryable, params: ChatKey): Promise<ChatContext> {
  const { chatId, ownerId } = checkInput('getChatContext', chatInput, params)
  const [context] = await contextsOf(queryable, { chatIds: [chatId], ownerId })
  if (!context) throw chatNotFound(chatId)
  return context
}

/**
 * {@link getChatContext} for up to 10000 chats at once, in the order of the ids. Chats that do not
 * exist or have another owner are omitted.
 *
 * @throws DriftpinError `invalid_input`.
 *
 * @example
 * ```ts
 * const contexts = await getChatContexts(database, { chatIds, ownerId: user.id })
 * ```
 */
export async function getChatContexts(
  queryable: Queryable,
  params: { readonly chatIds: readonly string[]; readonly ownerId?: string | undefined },
): Promise<ChatContext[]> {
  return await contextsOf(queryable, checkInput('getChatContexts', manyInput, params))
}

async function contextsOf(
  queryable: Queryable,
  which: Parameters<typeof readContexts>[1],
): Promise<ChatContext[]> {
  const rows = await readContexts(queryable, which)
  return await Promise.all(
    rows.map(async ({ id, ownerId, hydrated, hashes, ...context }) => ({
      chat: { id, ownerId },
      hydrated,
      aggregateHash: hashes === null ? null : await aggregateHash(hashes as KindHashes),
      ...context,
      follows: context.follows as BodyKind[],
      // The mark of an archived chat, or of one whose agent is gone, does not count.
      dirtyKinds: context.dirty ? (context.dirtyKinds as BodyKind[]) : [],
      dirtySince: context.dirty ? context.dirtySince : null,
      live: context.live as ChatContext['live'],
      counts: context.counts as unknown as ChatContext['counts'],
    })),
  )
}

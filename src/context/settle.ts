import type { Transaction } from '../database/index.js'
import { type ContextChanges, chatRef, noChanges } from './chat-ref.js'
import { followedPart, kindHashesOf, pinnedPart } from './kind-hashes.js'
import {
  copyLive,
  differ,
  mirrored,
  mirroredColumns,
  mirroredFromExcluded,
} from './live-context.js'
import { defineStatement, type Names } from './statement.js'

// What every operation that reads the live context ends with: chats without pins are hydrated, rows
// of followed kinds follow, and the mark is set or cleared by the kinds that a chat pins. The
// caller holds the lock of the agent.

/**
 * Locks those of the chats in `which` that need to be hydrated, to follow or to be marked. All
 * others are not even locked, so that a push without changes costs the same for any number of
 * chats.
 *
 * @param isBinding Whether the chats are being bound. A binding clears the mark if no snapshot is
 * ready; every other operation leaves the mark as it is until the agent is ready.
 */
const unsettled = (names: Names, which: string, isBinding: string) => `
    SELECT chat.id, chat.agent_id AS "agentId", todo."isHydrated", todo."follows", todo."marks"
    FROM ${names.chats} chat
    LEFT JOIN ${names.workspace_agent_context_snapshots} live
      ON live.workspace_agent_id = chat.agent_id
    CROSS JOIN LATERAL (
      SELECT chat.context_hashes IS NULL AND coalesce(live.ready, false) AS "isHydrated",
             coalesce(live.ready AND live.kind_hashes <> chat.context_hashes AND EXISTS (
               SELECT FROM pg_catalog.unnest(chat.context_follows) AS kind
               WHERE live.kind_hashes -> kind::pg_catalog.text
                 IS DISTINCT FROM chat.context_hashes -> kind::pg_catalog.text), false) AS "follows",
             chat.context_hashes IS NOT NULL AND CASE
               WHEN live.ready THEN (chat.context_dirty_since IS NOT NULL)
                 <> (${pinnedPart('live.kind_hashes', 'chat')} <> ${pinnedPart('chat.context_hashes', 'chat')})
               ELSE chat.context_dirty_since IS NOT NULL AND (live.ready IS NULL OR ${isBinding})
             END AS "marks"
    ) todo
    WHERE ${which} AND NOT chat.archived AND (todo."isHydrated" OR todo."follows" OR todo."marks")
    ORDER BY chat.id
    FOR NO KEY UPDATE OF chat`

const unsettledRow = {
  id: 'uuid',
  agentId: 'uuid?',
  isHydrated: 'boolean',
  follows: 'boolean',
  marks: 'boolean',
} as const

export const lockUnsettledOfAgent = defineStatement({
  name: 'lock unsettled chats of agent',
  parameters: { agentId: 'uuid' },
  row: unsettledRow,
  sql: (names, { agentId }) => unsettled(names, `chat.agent_id = ${agentId}`, 'false'),
})

export const lockUnsettledById = defineStatement({
  name: 'lock unsettled chats by id',
  parameters: { chatIds: 'uuid[]', isBinding: 'boolean' },
  row: unsettledRow,
  sql: (names, { chatIds, isBinding }) => unsettled(names, `chat.id = ANY (${chatIds})`, isBinding),
})

/**
 * Makes the rows of followed kinds of some chats equal to the live ones, and returns the chats of
 * which it changed a row. A pin of a kind that is not followed stays, even if the live resource of
 * its source has a followed kind by now: the chat is `blocked` then, because it cannot have both.
 */
export const followLive = defineStatement({
  name: 'follow live context',
  parameters: { agentId: 'uuid', chatIds: 'uuid[]', now: 'timestamptz?' },
  row: { id: 'uuid', hasChanged: 'boolean', isBlocked: 'boolean' },
  sql: (names, { agentId, chatIds, now }) => `
    WITH chat AS MATERIALIZED (
      SELECT id, context_follows FROM ${names.chats} WHERE id = ANY (${chatIds})
    ), differing AS MATERIALIZED (
      SELECT chat.id AS chat_id, live.source, ${mirrored('live')},
             pin.source IS NOT NULL AND pin.body_kind <> ALL (chat.context_follows) AS is_blocked
      FROM chat
      JOIN ${names.workspace_agent_context_resources} live
        ON live.workspace_agent_id = ${agentId} AND live.body_kind = ANY (chat.context_follows)
      LEFT JOIN ${names.chat_context_resources} pin
        ON pin.chat_id = chat.id AND pin.source = live.source
      WHERE pin.source IS NULL OR ${differ('pin', 'live')}
    ), removed AS (
      DELETE FROM ${names.chat_context_resources} pin
      USING chat
      WHERE pin.chat_id = chat.id AND pin.body_kind = ANY (chat.context_follows) AND NOT EXISTS (
        SELECT FROM ${names.workspace_agent_context_resources} live
        WHERE live.workspace_agent_id = ${agentId} AND live.source = pin.source
          AND live.body_kind = ANY (chat.context_follows))
      RETURNING pin.chat_id
    ), written AS (
      INSERT INTO ${names.chat_context_resources}
        (chat_id, source, ${mirroredColumns.join(', ')}, created_at, updated_at)
      SELECT chat_id, source, ${mirroredColumns.join(', ')},
             coalesce(${now}, now()), coalesce(${now}, now())
      FROM differing WHERE NOT is_blocked
      ON CONFLICT (chat_id, source)
        DO UPDATE SET ${mirroredFromExcluded}, updated_at = excluded.updated_at
    )
    SELECT chat_id AS id, bool_or(NOT is_blocked) AS "hasChanged", bool_or(is_blocked) AS "isBlocked"
    FROM (SELECT chat_id, is_blocked FROM differing UNION ALL SELECT chat_id, false FROM removed) rows
    GROUP BY chat_id`,
})

export const stampAndMark = defineStatement({
  name: 'stamp and mark chats',
  parameters: {
    chatIds: 'uuid[]',
    isFollowing: 'boolean',
    blocked: 'uuid[]',
    now: 'timestamptz?',
  },
  row: { id: 'uuid', ownerId: 'uuid', dirty: 'boolean' },
  // After following, the hashes of the followed kinds are the live ones, except in a blocked chat.
  sql: (names, { chatIds, isFollowing, blocked, now }) => `
    WITH settled AS (
      UPDATE ${names.chats} chat
      SET context_hashes = CASE
            WHEN chat.context_hashes IS NULL THEN live.kind_hashes
            WHEN chat.id = ANY (${blocked})
              THEN ${kindHashesOf(names.chat_context_resources, 'hashed.chat_id = chat.id')}
            WHEN ${isFollowing} AND live.ready
              THEN ${pinnedPart('chat.context_hashes', 'chat')}
                || ${followedPart('live.kind_hashes', 'chat')}
            ELSE chat.context_hashes
          END,
          context_error = CASE WHEN chat.context_hashes IS NULL
                               THEN live.snapshot_error ELSE chat.context_error END,
          context_dirty_since = CASE
            WHEN ${pinnedPart('live.kind_hashes', 'chat')} <> ${pinnedPart('chat.context_hashes', 'chat')}
            THEN coalesce(chat.context_dirty_since, ${now}, now())
          END
      FROM ${names.chats} same
      LEFT JOIN ${names.workspace_agent_context_snapshots} live
        ON live.workspace_agent_id = same.agent_id AND live.ready
      WHERE same.id = chat.id AND chat.id = ANY (${chatIds})
      RETURNING chat.id, chat.owner_id, chat.context_dirty_since IS NOT NULL AS dirty
    )
    SELECT id, owner_id AS "ownerId", dirty FROM settled ORDER BY id`,
})

/**
 * Hydrates, follows and settles: all unarchived chats of an agent, or some chats that are all bound
 * to one agent or to none. A chat without hashes gets the live context. In a chat with hashes, rows
 * of followed kinds become the live ones, and the mark is set or cleared to match. At most four
 * statements.
 */
export async function settleChats(
  transaction: Transaction,
  which:
    | { readonly agentId: string }
    | {
        readonly chatIds: readonly string[]
        readonly isBinding?: boolean
        /** Whether the pins were just copied, and stay a copy until the next push. */
        readonly isCopied?: boolean
      },
  now: Date | string | undefined,
): Promise<ContextChanges> {
  const todo =
    'agentId' in which
      ? await lockUnsettledOfAgent(transaction, which)
      : await lockUnsettledById(transaction, { isBinding: false, ...which })
  const idsOf = (what: 'isHydrated' | 'follows' | 'marks') =>
    todo.filter((chat) => chat[what]).map(({ id }) => id)
  const isCopied = 'isCopied' in which && which.isCopied
  const [unhydrated, following] = [idsOf('isHydrated'), isCopied ? [] : idsOf('follows')]
  const agentId = todo[0]?.agentId
  if (agentId && unhydrated.length > 0) {
    await copyLive(transaction, { agentId, chatIds: unhydrated, now })
  }
  const followed =
    agentId && following.length > 0
      ? await followLive(transaction, { agentId, chatIds: following, now })
      : []
  const blocked = followed.filter((chat) => chat.isBlocked).map(({ id }) => id)
  const changed = new Set(followed.filter((chat) => chat.hasChanged).map(({ id }) => id))
  const [hydrated, marked] = [new Set(unhydrated), new Set(idsOf('marks'))]
  const chatIds = [...new Set([...hydrated, ...changed, ...marked])]
  if (chatIds.length === 0) return noChanges
  const isFollowing = changed.size > 0
  const settled = await stampAndMark(transaction, { chatIds, isFollowing, blocked, now })
  return {
    hydrated: settled.filter(({ id }) => hydrated.has(id)).map(chatRef),
    followed: settled.filter(({ id }) => changed.has(id)).map(chatRef),
    dirtied: settled.filter(({ id, dirty }) => marked.has(id) && dirty).map(chatRef),
    settled: settled.filter(({ id, dirty }) => marked.has(id) && !dirty).map(chatRef),
  }
}

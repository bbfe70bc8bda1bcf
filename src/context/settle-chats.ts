import type { Transaction } from '../database/index.js'
import { type ContextChanges, chatRef } from './chat-ref.js'
import { copyLive } from './copy-live.js'
import { defineStatement, type Names } from './statement.js'

// Hydrating and settling are one thing: a chat that has no pinned hash gets the live one and the
// live resources, a chat that has one gets its mark set or cleared to match.

/**
 * Chats for which something is to be done, of those that `which` names. Everybody else is not
 * even locked, so that a push that changes nothing costs nothing, however many chats there are.
 */
const unsettled = (names: Names, which: string) => `
    SELECT chat.id, chat.agent_id, chat.context_aggregate_hash IS NULL AS unhydrated
    FROM ${names.chats} chat
    LEFT JOIN ${names.workspace_agent_context_snapshots} live
      ON live.workspace_agent_id = chat.agent_id
    WHERE ${which} AND NOT chat.archived AND CASE
      WHEN chat.context_aggregate_hash IS NULL THEN live.aggregate_hash IS NOT NULL
      ELSE (chat.context_dirty_since IS NOT NULL)
        <> coalesce(live.aggregate_hash <> chat.context_aggregate_hash, false)
    END
    ORDER BY chat.id
    FOR NO KEY UPDATE OF chat`

const unsettledRow = { id: 'uuid', agent_id: 'uuid?', unhydrated: 'boolean' } as const

const lockUnsettledOfAgent = defineStatement({
  name: 'lock unsettled chats of agent',
  parameters: { agentId: 'uuid' },
  row: unsettledRow,
  sql: (names, { agentId }) => unsettled(names, `chat.agent_id = ${agentId}`),
})

const lockUnsettledById = defineStatement({
  name: 'lock unsettled chats by id',
  parameters: { chatIds: 'uuid[]' },
  row: unsettledRow,
  sql: (names, { chatIds }) => unsettled(names, `chat.id = ANY (${chatIds})`),
})

const stampAndMark = defineStatement({
  name: 'stamp and mark chats',
  parameters: { chatIds: 'uuid[]', now: 'timestamptz?' },
  row: { id: 'uuid', owner_id: 'uuid', dirty: 'boolean' },
  sql: ({ chats, workspace_agent_context_snapshots }, { chatIds, now }) => `
    WITH settled AS (
      UPDATE ${chats} chat
      SET context_aggregate_hash = coalesce(chat.context_aggregate_hash, live.aggregate_hash),
          context_error = CASE WHEN chat.context_aggregate_hash IS NULL
                               THEN live.snapshot_error ELSE chat.context_error END,
          context_dirty_since = CASE WHEN live.aggregate_hash <> chat.context_aggregate_hash
                                     THEN coalesce(chat.context_dirty_since, ${now}, now()) END
      FROM ${chats} same
      LEFT JOIN ${workspace_agent_context_snapshots} live
        ON live.workspace_agent_id = same.agent_id
      WHERE same.id = chat.id AND chat.id = ANY (${chatIds})
      RETURNING chat.id, chat.owner_id, chat.context_dirty_since IS NOT NULL AS dirty
    )
    SELECT id, owner_id, dirty FROM settled ORDER BY id`,
})

/**
 * Hydrates and settles all unarchived chats of an agent, or some chats that are all bound to one
 * agent or to none. The caller holds the lock of the agent. At most three statements.
 */
export async function settleChats(
  transaction: Transaction,
  which: { readonly agentId: string } | { readonly chatIds: readonly string[] },
  now: Date | string | undefined,
): Promise<ContextChanges> {
  const unsettledChats =
    'agentId' in which
      ? await lockUnsettledOfAgent(transaction, which)
      : await lockUnsettledById(transaction, which)
  if (unsettledChats.length === 0) return { hydrated: [], dirtied: [], settled: [] }
  const chatIds = unsettledChats.map(({ id }) => id)
  const settled = await stampAndMark(transaction, { chatIds, now: now ?? null })
  const unhydrated = unsettledChats.filter((chat) => chat.unhydrated)
  const agentId = unhydrated[0]?.agent_id
  if (agentId) {
    const chatIds = unhydrated.map(({ id }) => id)
    await copyLive(transaction, { agentId, chatIds, now: now ?? null })
  }
  const ids = new Set(unhydrated.map(({ id }) => id))
  return {
    hydrated: settled.filter(({ id }) => ids.has(id)).map(chatRef),
    dirtied: settled.filter(({ id, dirty }) => !ids.has(id) && dirty).map(chatRef),
    settled: settled.filter(({ id, dirty }) => !ids.has(id) && !dirty).map(chatRef),
  }
}

import type { Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import { copyLive } from './copy-live.js'
import { defineStatement } from './statement.js'

const stampLive = defineStatement({
  name: 'stamp live context',
  parameters: { agentId: 'uuid', chatIds: 'uuid[]' },
  row: { id: 'uuid', owner_id: 'uuid', was_hydrated: 'boolean', aggregate_hash: 'bytea' },
  sql: ({ chats, workspace_agent_context_snapshots }, { agentId, chatIds }) => `
    WITH before AS MATERIALIZED (
      SELECT chat.id, chat.owner_id, chat.context_aggregate_hash IS NOT NULL AS was_hydrated,
             live.aggregate_hash, live.snapshot_error
      FROM ${chats} chat
      JOIN ${workspace_agent_context_snapshots} live ON live.workspace_agent_id = ${agentId}
      WHERE chat.id = ANY (${chatIds})
    ), stamped AS (
      UPDATE ${chats} chat
      SET context_aggregate_hash = before.aggregate_hash, context_dirty_since = NULL,
          context_error = before.snapshot_error
      FROM before
      WHERE chat.id = before.id
        AND (chat.context_aggregate_hash, chat.context_dirty_since, chat.context_error)
          IS DISTINCT FROM (before.aggregate_hash, NULL::pg_catalog.timestamptz, before.snapshot_error)
    )
    SELECT id, owner_id, was_hydrated, aggregate_hash FROM before ORDER BY id`,
})

/** What refreshing some chats did. */
export interface Refreshed {
  /** The chats that had pins before. */
  readonly refreshed: readonly ChatRef[]
  /** The chats that had none. */
  readonly hydrated: readonly ChatRef[]
  readonly aggregateHash: Uint8Array
  /** Pin rows over all chats. */
  readonly added: number
  readonly replaced: number
  readonly removed: number
}

/** Without an agent, or with one that never pushed, there is nothing to compare with or to copy. */
export function noLiveContext(chatId: string): DriftpinError {
  return new DriftpinError(
    'no_live_context',
    `The chat ${chatId} is bound to no agent, or to one that has not pushed yet, so that there is ` +
      'no live context. Its pins stay as they are. Bind it to an agent that has pushed.',
    { chatId },
  )
}

/**
 * Makes the pins of chats that are bound to one agent equal to its live context. The caller holds
 * the locks of the agent and of the chats. Two statements.
 */
export async function refreshChats(
  transaction: Transaction,
  { agentId, chatIds }: { readonly agentId: string; readonly chatIds: readonly string[] },
  now: Date | string | undefined,
): Promise<Refreshed> {
  const stamped = await stampLive(transaction, { agentId, chatIds })
  if (stamped.length === 0) throw noLiveContext(chatIds[0]!)
  const [rows] = await copyLive(transaction, { agentId, chatIds, now: now ?? null })
  return {
    refreshed: stamped.filter((chat) => chat.was_hydrated).map(chatRef),
    hydrated: stamped.filter((chat) => !chat.was_hydrated).map(chatRef),
    aggregateHash: stamped[0]!.aggregate_hash,
    ...rows!,
  }
}

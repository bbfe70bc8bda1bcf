import type { Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { aggregateHash, type KindHashes } from '../schema/index.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import { defineStatement, type Names } from './statement.js'

// What makes the pins of chats equal to the live context of their agent. The caller holds the locks
// of the agent and of the chats.
//
// While a snapshot is not `ready`, its agent is still starting and has found only a part of its
// context. Every statement that sets a hash or a mark, here and in `settle.ts`, therefore checks
// `live.ready`, so that no operation can pin a part.

/**
 * The columns of a resource that a pin copies: all except the owner, the source, which is the key,
 * and the two times, which are the row's own. A test compares this list with the catalog.
 */
export const mirroredColumns = [
  'body_kind',
  'body',
  'content_hash',
  'size_bytes',
  'status',
  'error',
  'source_path',
] as const

/** Columns of a table alias, for a select list or a row comparison. */
export function columns(alias: string, names: readonly string[]): string {
  return names.map((name) => `${alias}.${name}`).join(', ')
}

/** The mirrored columns of a table alias. */
export function mirrored(alias: string): string {
  return columns(alias, mirroredColumns)
}

/**
 * Whether two resources differ in a mirrored column. The bytes of the rows are compared, which for
 * bodies takes a fraction of the time that comparing them as `jsonb` takes.
 */
export function differ(one: string, other: string): string {
  return `ROW(${mirrored(one)})::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(${mirrored(other)})::pg_catalog.record`
}

/** The columns that ON CONFLICT DO UPDATE sets, in addition to `updated_at`. */
export const mirroredFromExcluded = mirroredColumns
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')

/**
 * Whether a chat reads as dirty: marked, not archived, and bound to an agent with a snapshot. The
 * mark alone does not tell, because archiving a chat and deleting its agent leave the mark.
 *
 * @param chat The alias of the `chats` row in the statement.
 */
export function dirtyExpression(names: Names, chat: string): string {
  // Not EXISTS, which may build a hash of all snapshots, while a page of chats needs a few.
  return `(${chat}.context_dirty_since IS NOT NULL AND NOT ${chat}.archived AND coalesce((
      SELECT true FROM ${names.workspace_agent_context_snapshots} live
      WHERE live.workspace_agent_id = ${chat}.agent_id), false))`
}

/**
 * Makes the pins of some chats equal to the live context of one agent, and returns the number of
 * changed rows. Rows that are already equal are neither written nor locked, and keep their times.
 * The statement first finds the rows that differ, because ON CONFLICT locks every row that it gets.
 *
 * With `sources` and `kinds`, only these sources and those that have one of the kinds, live or as a
 * pin, become as live.
 */
export const copyLive = defineStatement({
  name: 'copy live context to pins',
  parameters: {
    agentId: 'uuid',
    chatIds: 'uuid[]',
    sources: 'text[]?',
    kinds: 'workspace_agent_context_body_kind[]?',
    now: 'timestamptz?',
  },
  row: { added: 'integer', replaced: 'integer', removed: 'integer' },
  sql: (names, { agentId, chatIds, sources, kinds, now }) => `
    WITH changed AS MATERIALIZED (
      SELECT chat.id AS chat_id, live.source, ${mirrored('live')}, pin.source IS NULL AS is_new
      FROM pg_catalog.unnest(${chatIds}) AS chat (id)
      JOIN ${names.workspace_agent_context_resources} live ON live.workspace_agent_id = ${agentId}
      LEFT JOIN ${names.chat_context_resources} pin
        ON pin.chat_id = chat.id AND pin.source = live.source
      WHERE (${sources} IS NULL OR live.source = ANY (${sources})
          OR live.body_kind = ANY (${kinds}) OR pin.body_kind = ANY (${kinds}))
        AND (pin.source IS NULL OR ${differ('pin', 'live')})
    ), removed AS (
      DELETE FROM ${names.chat_context_resources} pin
      WHERE pin.chat_id = ANY (${chatIds})
        AND (${sources} IS NULL OR pin.source = ANY (${sources}) OR pin.body_kind = ANY (${kinds}))
        AND NOT EXISTS (
        SELECT FROM ${names.workspace_agent_context_resources} live
        WHERE live.workspace_agent_id = ${agentId} AND live.source = pin.source)
      RETURNING 1
    ), written AS (
      INSERT INTO ${names.chat_context_resources}
        (chat_id, source, ${mirroredColumns.join(', ')}, created_at, updated_at)
      SELECT chat_id, source, ${mirroredColumns.join(', ')},
             coalesce(${now}, now()), coalesce(${now}, now())
      FROM changed
      ON CONFLICT (chat_id, source)
        DO UPDATE SET ${mirroredFromExcluded}, updated_at = excluded.updated_at
    )
    SELECT (SELECT count(*) FROM changed WHERE is_new)::integer AS added,
           (SELECT count(*) FROM changed WHERE NOT is_new)::integer AS replaced,
           (SELECT count(*) FROM removed)::integer AS removed`,
})

export const stampLive = defineStatement({
  name: 'stamp live context',
  parameters: { agentId: 'uuid', chatIds: 'uuid[]' },
  row: {
    id: 'uuid',
    ownerId: 'uuid',
    wasHydrated: 'boolean',
    kindHashes: 'jsonb',
    ready: 'boolean',
  },
  sql: ({ chats, workspace_agent_context_snapshots }, { agentId, chatIds }) => `
    WITH before AS MATERIALIZED (
      SELECT chat.id, chat.owner_id, chat.context_hashes IS NOT NULL AS was_hydrated,
             live.kind_hashes, live.snapshot_error, live.ready
      FROM ${chats} chat
      JOIN ${workspace_agent_context_snapshots} live ON live.workspace_agent_id = ${agentId}
      WHERE chat.id = ANY (${chatIds})
    ), stamped AS (
      UPDATE ${chats} chat
      SET context_hashes = before.kind_hashes, context_dirty_since = NULL,
          context_error = before.snapshot_error
      FROM before
      WHERE chat.id = before.id AND before.ready
        AND (chat.context_hashes, chat.context_dirty_since, chat.context_error)
          IS DISTINCT FROM (before.kind_hashes, NULL::pg_catalog.timestamptz, before.snapshot_error)
    )
    SELECT id, owner_id AS "ownerId", was_hydrated AS "wasHydrated",
           kind_hashes AS "kindHashes", ready
    FROM before ORDER BY id`,
})

/** How many pins a refresh changed. */
export interface PinCounts {
  /** Pins of new sources. */
  readonly added: number
  /** Pins that differed and were replaced. */
  readonly replaced: number
  /** Pins whose source the agent no longer has. */
  readonly removed: number
}

/** The result of refreshing some chats. */
interface Refreshed extends PinCounts {
  /** The chats that had pins before. */
  readonly refreshed: readonly ChatRef[]
  /** The chats that had none. */
  readonly hydrated: readonly ChatRef[]
  readonly aggregateHash: string
}

/** The error for a chat without an agent, or whose agent has never pushed. */
export function noLiveContext(chatId: string): DriftpinError {
  return new DriftpinError(
    'no_live_context',
    `The chat ${chatId} is bound to no agent, or to one that has not pushed yet, so there is no ` +
      'live context. Its pins are unchanged. Bind it to an agent that has pushed.',
    { chatId },
  )
}

/** The error for an agent whose live context is still a part of what it will find. */
export function agentNotReady(agentId: string): DriftpinError {
  return new DriftpinError(
    'agent_not_ready',
    `The agent ${agentId} is still starting: its last push was not ready. No pin was changed. ` +
      'Try again after its next push.',
    { agentId },
  )
}

/**
 * Makes the pins of chats that are bound to one agent equal to its live context. Two statements.
 *
 * @throws DriftpinError `no_live_context` or `agent_not_ready`.
 */
export async function refreshChats(
  transaction: Transaction,
  { agentId, chatIds }: { readonly agentId: string; readonly chatIds: readonly string[] },
  now: Date | string | undefined,
): Promise<Refreshed> {
  const stamped = await stampLive(transaction, { agentId, chatIds })
  const [first] = stamped
  if (!first) throw noLiveContext(chatIds[0]!)
  if (!first.ready) throw agentNotReady(agentId)
  const [rows] = await copyLive(transaction, { agentId, chatIds, now })
  return {
    refreshed: stamped.filter((chat) => chat.wasHydrated).map(chatRef),
    hydrated: stamped.filter((chat) => !chat.wasHydrated).map(chatRef),
    aggregateHash: await aggregateHash(first.kindHashes as KindHashes),
    ...rows!,
  }
}

import type { Transaction } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { aggregateHash, type BodyKind, type KindHashes } from '../schema/index.js'
import { kindHashesOf } from './kind-hashes.js'
import { agentNotReady, copyLive, noLiveContext, type PinCounts } from './live-context.js'
import { settleChats } from './settle.js'
import { defineStatement } from './statement.js'

/**
 * What a refresh replaces: these sources, and those that have one of these kinds. One of the two is
 * required.
 *
 * @example
 * ```ts
 * const only: RefreshedPart = { sources: ['/home/dev/shop/AGENTS.md'], kinds: ['skill'] }
 * await refresh(database, { chatId, only })
 * ```
 */
export interface RefreshedPart {
  /** Sources that are pinned or live; none by default. */
  readonly sources?: readonly string[] | undefined
  /** Kinds of sources, live or as a pin; none by default. */
  readonly kinds?: readonly BodyKind[] | undefined
}

export const readReadiness = defineStatement({
  name: 'read readiness',
  parameters: { agentId: 'uuid' },
  row: { ready: 'boolean' },
  sql: ({ workspace_agent_context_snapshots }, { agentId }) => `
    SELECT ready FROM ${workspace_agent_context_snapshots} WHERE workspace_agent_id = ${agentId}`,
})

export const findUnknownSource = defineStatement({
  name: 'find unknown source',
  parameters: { agentId: 'uuid', chatId: 'uuid', sources: 'text[]' },
  row: { place: 'integer' },
  // By position, because PGlite loses a byte order mark at the beginning of a returned text.
  sql: (names, { agentId, chatId, sources }) => `
    SELECT asked.place::integer AS place
    FROM pg_catalog.unnest(${sources}) WITH ORDINALITY AS asked (source, place)
    WHERE NOT EXISTS (SELECT FROM ${names.chat_context_resources} pin
                      WHERE pin.chat_id = ${chatId} AND pin.source = asked.source)
      AND NOT EXISTS (SELECT FROM ${names.workspace_agent_context_resources} live
                      WHERE live.workspace_agent_id = ${agentId} AND live.source = asked.source)
    ORDER BY asked.place
    LIMIT 1`,
})

export const stampPins = defineStatement({
  name: 'stamp pins',
  parameters: { chatId: 'uuid' },
  row: {},
  sql: (names, { chatId }) => `
    UPDATE ${names.chats} chat
    SET context_hashes = ${kindHashesOf(names.chat_context_resources, 'hashed.chat_id = chat.id')}
    WHERE chat.id = ${chatId}`,
})

export const readHashes = defineStatement({
  name: 'read hashes of chat',
  parameters: { chatId: 'uuid' },
  row: { hashes: 'jsonb' },
  sql: ({ chats }, { chatId }) => `
    SELECT context_hashes AS hashes FROM ${chats} WHERE id = ${chatId}`,
})

/** A hydrated chat and the agent that it is bound to. */
interface BoundChat {
  readonly agentId: string
  readonly chatId: string
}

/**
 * Refuses a part that cannot be refreshed.
 *
 * @throws DriftpinError `no_live_context`, `agent_not_ready`, or `source_not_found` for a source
 * that is neither pinned nor live, which is a mistake in its name.
 */
export async function refusePart(
  transaction: Transaction,
  { agentId, chatId }: BoundChat,
  { sources = [] }: RefreshedPart,
): Promise<void> {
  const [live] = await readReadiness(transaction, { agentId })
  if (!live) throw noLiveContext(chatId)
  if (!live.ready) throw agentNotReady(agentId)
  const [unknown] = await findUnknownSource(transaction, { agentId, chatId, sources })
  if (!unknown) return
  const place = unknown.place - 1
  throw new DriftpinError(
    'source_not_found',
    `refresh: only.sources[${place}]: neither the chat nor its agent has the source ` +
      `${JSON.stringify(sources[place])}. Nothing was written. diff and listPins name the sources.`,
    { chatId, source: sources[place] },
  )
}

/**
 * Makes a part of the pins of a hydrated chat equal to the live context of its agent, computes its
 * hashes from all pins, and settles it. The caller holds the locks of the workspace, the agent and
 * the chat.
 */
export async function refreshPart(
  transaction: Transaction,
  { agentId, chatId }: BoundChat,
  { sources = [], kinds = [] }: RefreshedPart,
  now: Date | string | undefined,
): Promise<PinCounts & { readonly aggregateHash: string }> {
  const [counts] = await copyLive(transaction, { agentId, chatIds: [chatId], sources, kinds, now })
  await stampPins(transaction, { chatId })
  await settleChats(transaction, { chatIds: [chatId] }, now)
  const [row] = await readHashes(transaction, { chatId })
  return { ...counts!, aggregateHash: await aggregateHash(row!.hashes as KindHashes) }
}

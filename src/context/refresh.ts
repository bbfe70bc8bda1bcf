import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { limits, pushableKinds } from '../schema/index.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import {
  type ChatKey,
  chatWriteInput,
  checkInput,
  id,
  text,
  type WriteOptions,
  writeOptions,
} from './check-input.js'
import { noLiveContext, type PinCounts, refreshChats } from './live-context.js'
import { lockChatAndAgent, lockLiveAgent, lockWorkspaceOfChat } from './locks.js'
import { type RefreshedPart, refreshPart, refusePart } from './refresh-part.js'
import { runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

const only = z
  .strictObject({
    sources: z
      .array(text(limits.sourceBytesMax))
      .max(2 * limits.resourcesMax)
      .optional(),
    kinds: z.array(z.enum(pushableKinds)).optional(),
  })
  .refine(({ sources, kinds }) => sources || kinds, 'must have sources or kinds')

const input = chatWriteInput.extend({ only: only.optional() })
const agentInput = z.strictObject({ agentId: id, ...writeOptions })

/**
 * The result of a refresh, counted in pins.
 *
 * @example
 * ```ts
 * const { added, replaced, removed }: RefreshResult = await refresh(database, { chatId })
 * console.log(`${added} new, ${replaced} replaced, ${removed} gone`)
 * ```
 */
export interface RefreshResult extends PinCounts {
  /** The chat whose pins were replaced. */
  readonly chat: ChatRef
  /** The aggregate hash of all its pins, in hexadecimal. */
  readonly aggregateHash: string
}

/**
 * Replaces the pinned context of one chat with the live context of its agent, and clears its dirty
 * mark. Only pins that differ are written. `chats.updated_at` does not change.
 *
 * With `only`, just these sources are replaced, added or removed, and the sources that have one of
 * these kinds, live or as a pin. The chat then follows and is settled: it stays dirty if another
 * kind differs. Its `error` stays.
 *
 * A chat that was never hydrated is hydrated, with the whole context. An archived chat is refreshed
 * like any other.
 *
 * @param params.only At most 2000 sources; kinds that a push may contain.
 * @throws DriftpinError `no_live_context` for a chat without an agent, or whose agent has not
 * pushed; `agent_not_ready` for a chat whose agent is still starting; `source_not_found` for a
 * source in `only` that is neither pinned nor live. The pins do not change in any of these cases.
 * `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { added, replaced, removed } = await refresh(database, { chatId, ownerId: user.id })
 * await refresh(database, { chatId, only: { kinds: ['skill'] } })
 * ```
 */
export async function refresh(
  queryable: Queryable,
  params: ChatKey & WriteOptions & { readonly only?: RefreshedPart | undefined },
): Promise<RefreshResult> {
  const { only, now, notify, ...key } = checkInput('refresh', input, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    if (only) await lockWorkspaceOfChat(transaction, key)
    const locked = await lockChatAndAgent(transaction, key)
    const chat = chatRef(locked)
    const { agentId } = locked
    if (agentId === null) throw noLiveContext(chat.id)
    const which = { agentId, chatId: chat.id }
    if (only) await refusePart(transaction, which, only)
    const { added, replaced, removed, aggregateHash } =
      only && locked.hydrated
        ? await refreshPart(transaction, which, only, now)
        : await refreshChats(transaction, { agentId, chatIds: [chat.id] }, now)
    await announce(['refreshed', [chat]])
    return { chat, added, replaced, removed, aggregateHash }
  })
}

export const lockChatsOfAgent = defineStatement({
  name: 'lock chats of agent',
  parameters: { agentId: 'uuid' },
  row: { id: 'uuid' },
  sql: ({ chats }, { agentId }) => `
    SELECT id FROM ${chats}
    WHERE agent_id = ${agentId} AND NOT archived
    ORDER BY id
    FOR NO KEY UPDATE`,
})

/**
 * Refreshes all unarchived chats of an agent, as {@link refresh} does for one chat. The number of
 * statements does not depend on the number of chats.
 *
 * @returns The chats that had pins before, those that had none, and the counts of pins over all.
 * @throws DriftpinError `agent_not_found`, and for an agent with chats `no_live_context` and
 * `agent_not_ready`; `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { refreshed } = await refreshAgent(database, { agentId, notify: true })
 * ```
 */
export async function refreshAgent(
  queryable: Queryable,
  params: { readonly agentId: string } & WriteOptions,
): Promise<
  PinCounts & { readonly refreshed: readonly ChatRef[]; readonly hydrated: readonly ChatRef[] }
> {
  const { agentId, now, notify } = checkInput('refreshAgent', agentInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    await lockLiveAgent(transaction, agentId)
    const chats = await lockChatsOfAgent(transaction, { agentId })
    if (chats.length === 0)
      return { refreshed: [], hydrated: [], added: 0, replaced: 0, removed: 0 }
    const which = { agentId, chatIds: chats.map((chat) => chat.id) }
    const { aggregateHash: _, ...done } = await refreshChats(transaction, which, now)
    await announce(['refreshed', done.refreshed], ['hydrated', done.hydrated])
    return done
  })
}

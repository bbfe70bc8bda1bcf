import type { Queryable } from '../database/index.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import { type ChatKey, chatWriteInput, checkInput, type WriteOptions } from './check-input.js'
import { noLiveContext, refreshChats } from './live-context.js'
import { lockChatAndAgent } from './locks.js'
import { runOperation } from './run-operation.js'

/**
 * The result of a refresh, counted in pins.
 *
 * @example
 * ```ts
 * const { added, replaced, removed }: RefreshResult = await refresh(database, { chatId })
 * console.log(`${added} new, ${replaced} replaced, ${removed} gone`)
 * ```
 */
export interface RefreshResult {
  /** The chat whose pins were replaced. */
  readonly chat: ChatRef
  /** Pins of new sources. */
  readonly added: number
  /** Pins that differed and were replaced. */
  readonly replaced: number
  /** Pins whose source the agent no longer has. */
  readonly removed: number
  /** The aggregate hash of the pins, in hexadecimal. */
  readonly aggregateHash: string
}

/**
 * Replaces the pinned context of one chat with the live context of its agent, and clears its dirty
 * mark. Only pins that differ are written. `chats.updated_at` does not change.
 *
 * A chat that was never hydrated is hydrated. An archived chat is refreshed like any other.
 *
 * @throws DriftpinError `no_live_context` for a chat without an agent, or whose agent has not
 * pushed; `agent_not_ready` for a chat whose agent is still starting. The pins do not change in
 * either case. `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { added, replaced, removed } = await refresh(database, { chatId, ownerId: user.id })
 * ```
 */
export async function refresh(
  queryable: Queryable,
  params: ChatKey & WriteOptions,
): Promise<RefreshResult> {
  const { now, notify, ...key } = checkInput('refresh', chatWriteInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const locked = await lockChatAndAgent(transaction, key)
    const chat = chatRef(locked)
    if (locked.agentId === null) throw noLiveContext(chat.id)
    const which = { agentId: locked.agentId, chatIds: [chat.id] }
    const { refreshed: _, hydrated: __, ...done } = await refreshChats(transaction, which, now)
    await announce(['refreshed', [chat]])
    return { chat, ...done }
  })
}

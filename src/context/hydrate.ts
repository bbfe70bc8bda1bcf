import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import type { ContextChanges } from './chat-ref.js'
import {
  type ChatKey,
  chatWriteInput,
  checkInput,
  id,
  type WriteOptions,
  writeOptions,
} from './check-input.js'
import { lockChatAndAgent, lockLiveAgent } from './locks.js'
import { changeEvents } from './notify-chats.js'
import { runOperation } from './run-operation.js'
import { settleChats } from './settle.js'

const agentInput = z.strictObject({ agentId: id, ...writeOptions })

type HydrateInput = z.output<typeof agentInput> | z.output<typeof chatWriteInput>

/**
 * Pins the live context for the first time: for one chat, or for all chats of an agent that have
 * no pins. Archived chats do not change, and neither do chats whose agent has not pushed or is
 * not ready.
 *
 * Pushing, creating, binding and unarchiving already do this. Call it to pin a chat again after
 * {@link unpin} without waiting for the next push.
 *
 * @returns The chats that were hydrated. Chats that already have pins follow and are settled.
 * @throws DriftpinError `chat_not_found`, `agent_not_found`, `invalid_input`,
 * `isolation_refused`.
 *
 * @example
 * ```ts
 * const { hydrated } = await hydrate(database, { agentId })
 * ```
 */
export async function hydrate(
  queryable: Queryable,
  params: ({ readonly agentId: string } | ChatKey) & WriteOptions,
): Promise<ContextChanges> {
  // One of the two forms is chosen first, so that an error describes that form.
  const input = 'agentId' in Object(params) ? agentInput : chatWriteInput
  const { now, notify, ...which } = checkInput<HydrateInput>('hydrate', input, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    if ('agentId' in which) await lockLiveAgent(transaction, which.agentId)
    else await lockChatAndAgent(transaction, which)
    const chats = 'agentId' in which ? which : { chatIds: [which.chatId] }
    const changes = await settleChats(transaction, chats, now)
    await announce(...changeEvents(changes))
    return changes
  })
}

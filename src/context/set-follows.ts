import type { Queryable } from '../database/index.js'
import type { BodyKind } from '../schema/index.js'
import { type ChatRef, type ContextChanges, chatRef } from './chat-ref.js'
import {
  type ChatKey,
  chatWriteInput,
  checkInput,
  followedKinds,
  type WriteOptions,
} from './check-input.js'
import { lockChatAndAgent, lockWorkspaceOfChat } from './locks.js'
import { changeEvents } from './notify-chats.js'
import { runOperation } from './run-operation.js'
import { settleChats } from './settle.js'
import { defineStatement } from './statement.js'

const input = chatWriteInput.extend({ follows: followedKinds })

export const updateFollows = defineStatement({
  name: 'set follows',
  parameters: { chatId: 'uuid', follows: 'workspace_agent_context_body_kind[]' },
  row: {},
  sql: ({ chats }, { chatId, follows }) => `
    UPDATE ${chats} SET context_follows = ${follows} WHERE id = ${chatId}`,
})

/**
 * Sets the kinds that a chat follows. If its agent is ready, rows of newly followed kinds become as
 * live at once, and the dirty mark is set or cleared by the kinds that are pinned now. Rows of
 * kinds that are no longer followed stay as pins. An archived chat follows once it is unarchived.
 * `chats.updated_at` does not change.
 *
 * @param params.follows Kinds that a push may contain; `[]` pins all kinds.
 * @throws DriftpinError `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * await setFollows(database, { chatId, follows: ['mcp_config', 'mcp_server', 'skill'] })
 * ```
 */
export async function setFollows(
  queryable: Queryable,
  params: ChatKey & WriteOptions & { readonly follows: readonly BodyKind[] },
): Promise<{ readonly chat: ChatRef; readonly follows: readonly BodyKind[] } & ContextChanges> {
  const { follows, now, notify, ...key } = checkInput('setFollows', input, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    await lockWorkspaceOfChat(transaction, key)
    const chat = chatRef(await lockChatAndAgent(transaction, key))
    await updateFollows(transaction, { chatId: chat.id, follows })
    const changes = await settleChats(transaction, { chatIds: [chat.id] }, now)
    await announce(['follows_set', [chat]], ...changeEvents(changes))
    return { chat, follows, ...changes }
  })
}

import type { Queryable } from '../database/index.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import { type ChatKey, checkInput, untimedChatInput, type WriteOptions } from './check-input.js'
import { lockChat } from './locks.js'
import { runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

export const deletePins = defineStatement({
  name: 'delete pins',
  parameters: { chatId: 'uuid' },
  row: { removed: 'integer' },
  sql: ({ chat_context_resources }, { chatId }) => `
    WITH removed AS (
      DELETE FROM ${chat_context_resources} WHERE chat_id = ${chatId} RETURNING 1
    )
    SELECT count(*)::integer AS removed FROM removed`,
})

export const clearHydration = defineStatement({
  name: 'clear hydration',
  parameters: { chatId: 'uuid' },
  row: {},
  sql: ({ chats }, { chatId }) => `
    UPDATE ${chats}
    SET context_hashes = NULL, context_dirty_since = NULL, context_error = ''
    WHERE id = ${chatId}`,
})

/**
 * Removes the pins of a chat. The next accepted push of its agent hydrates it again, and so does
 * {@link hydrate}. `chats.updated_at` does not change.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { removed } = await unpin(database, { chatId })
 * ```
 */
export async function unpin(
  queryable: Queryable,
  params: ChatKey & Pick<WriteOptions, 'notify'>,
): Promise<{ readonly chat: ChatRef; readonly removed: number }> {
  const { notify, ...key } = checkInput('unpin', untimedChatInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const chat = chatRef(await lockChat(transaction, key))
    const [row] = await deletePins(transaction, { chatId: chat.id })
    await clearHydration(transaction, { chatId: chat.id })
    await announce(['unpinned', [chat]])
    return { chat, removed: row!.removed }
  })
}

import type { Queryable } from '../database/index.js'
import { type ChatRef, chatNotFound } from './chat-ref.js'
import { type ChatKey, checkInput, untimedChatInput, type WriteOptions } from './check-input.js'
import { runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

export const deleteOneChat = defineStatement({
  name: 'delete chat',
  parameters: { chatId: 'uuid', ownerId: 'uuid?' },
  row: { id: 'uuid', ownerId: 'uuid' },
  sql: ({ chats }, { chatId, ownerId }) => `
    DELETE FROM ${chats}
    WHERE id = ${chatId} AND (${ownerId} IS NULL OR owner_id = ${ownerId})
    RETURNING id, owner_id AS "ownerId"`,
})

/**
 * Deletes a chat, archived or not, with everything that belongs to it. The files that it used
 * stay; only the links to them are deleted.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * await deleteChat(database, { chatId, ownerId: user.id })
 * ```
 */
export async function deleteChat(
  queryable: Queryable,
  params: ChatKey & Pick<WriteOptions, 'notify'>,
): Promise<{ readonly chat: ChatRef }> {
  const { notify, ...key } = checkInput('deleteChat', untimedChatInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const [chat] = await deleteOneChat(transaction, key)
    if (!chat) throw chatNotFound(key.chatId)
    await announce(['deleted', [chat]])
    return { chat }
  })
}

import type { Queryable } from '../database/index.js'
import { type ChatRef, type ContextChanges, chatRef, noChanges } from './chat-ref.js'
import { type ChatKey, chatWriteInput, checkInput, type WriteOptions } from './check-input.js'
import { lockChat, lockChatAndAgent, lockWorkspaceOfChat } from './locks.js'
import { changeEvents } from './notify-chats.js'
import { runOperation } from './run-operation.js'
import { settleChats } from './settle.js'
import { defineStatement } from './statement.js'

export const setArchived = defineStatement({
  name: 'set archived',
  parameters: { chatId: 'uuid', archived: 'boolean', now: 'timestamptz?' },
  row: {},
  sql: ({ chats }, { chatId, archived, now }) => `
    UPDATE ${chats} SET archived = ${archived}, updated_at = coalesce(${now}, now())
    WHERE id = ${chatId}`,
})

/**
 * Archives a chat: it is no longer settled or hydrated, reads as clean, and can be purged. Sets
 * `chats.updated_at`, from which its retention is counted.
 *
 * @returns `changed: false` for a chat that is already archived; nothing changes then.
 * @throws DriftpinError `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * await archive(database, { chatId, ownerId: user.id })
 * ```
 */
export async function archive(
  queryable: Queryable,
  params: ChatKey & WriteOptions,
): Promise<{ readonly chat: ChatRef; readonly changed: boolean }> {
  const { now, notify, ...key } = checkInput('archive', chatWriteInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const locked = await lockChat(transaction, key)
    const chat = chatRef(locked)
    if (locked.archived) return { chat, changed: false }
    await setArchived(transaction, { chatId: chat.id, archived: true, now })
    await announce(['archived', [chat]])
    return { chat, changed: true }
  })
}

/**
 * Takes a chat out of the archive. If its agent has pushed and is ready, a chat without pins is
 * hydrated; in a chat with pins, the kinds that it follows become as live, and the dirty mark is
 * set or cleared to match. Sets `chats.updated_at`.
 *
 * @returns `changed: false` for a chat that is not archived; nothing changes then.
 * @throws DriftpinError `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const { dirtied } = await unarchive(database, { chatId, ownerId: user.id })
 * ```
 */
export async function unarchive(
  queryable: Queryable,
  params: ChatKey & WriteOptions,
): Promise<{ readonly chat: ChatRef; readonly changed: boolean } & ContextChanges> {
  const { now, notify, ...key } = checkInput('unarchive', chatWriteInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    await lockWorkspaceOfChat(transaction, key)
    const locked = await lockChatAndAgent(transaction, key)
    const chat = chatRef(locked)
    if (!locked.archived) return { chat, changed: false, ...noChanges }
    await setArchived(transaction, { chatId: chat.id, archived: false, now })
    const changes = await settleChats(transaction, { chatIds: [chat.id] }, now)
    await announce(['unarchived', [chat]], ...changeEvents(changes))
    return { chat, changed: true, ...changes }
  })
}

import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { type ChatRef, type ContextChanges, chatRef, noChanges } from './chat-ref.js'
import {
  type ChatKey,
  chatWriteInput,
  checkInput,
  time,
  type WriteOptions,
  writeOptions,
} from './check-input.js'
import { batchLimit } from './in-batches.js'
import { lockChat, lockChatAndAgent, lockWorkspaceOfChat } from './locks.js'
import { changeEvents } from './notify-chats.js'
import { runOperation } from './run-operation.js'
import { settleChats } from './settle.js'
import { defineStatement } from './statement.js'

const idleInput = z.strictObject({ before: time, limit: batchLimit, ...writeOptions })

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

export const archiveIdleChats = defineStatement({
  name: 'archive idle chats',
  parameters: { before: 'timestamptz', limit: 'integer', now: 'timestamptz?' },
  row: { id: 'uuid', ownerId: 'uuid' },
  // As in the purge: the lock checks each row again, and skips chats in use.
  sql: ({ chats }, { before, limit, now }) => `
    WITH idle AS MATERIALIZED (
      SELECT id, updated_at FROM ${chats}
      WHERE NOT archived AND status IN ('waiting', 'error') AND updated_at < ${before}
      ORDER BY updated_at, id
      LIMIT ${limit}
      FOR NO KEY UPDATE SKIP LOCKED
    ), stored AS (
      UPDATE ${chats} chat SET archived = true, updated_at = coalesce(${now}, now())
      FROM idle WHERE chat.id = idle.id
      RETURNING chat.id, chat.owner_id, idle.updated_at
    )
    SELECT id, owner_id AS "ownerId" FROM stored ORDER BY updated_at, id`,
})

/**
 * Archives chats that nobody has used for long: those with the status `waiting` or `error` that
 * were last updated strictly before a time, oldest first. A locked chat is skipped. No index serves
 * it: it reads all chats once.
 *
 * @param params.limit The maximum number of chats; 1000 by default, 1 to 100000.
 * @throws DriftpinError `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * const monthAgo = new Date(Date.now() - 30 * 86_400_000)
 * const { archived } = await archiveIdle(database, { before: monthAgo })
 * ```
 */
export async function archiveIdle(
  queryable: Queryable,
  params: {
    readonly before: Date | string
    readonly limit?: number | undefined
  } & WriteOptions,
): Promise<{ readonly archived: readonly ChatRef[] }> {
  const { notify, ...which } = checkInput('archiveIdle', idleInput, params)
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const archived = await archiveIdleChats(transaction, which)
    await announce(['archived', archived])
    return { archived }
  })
}

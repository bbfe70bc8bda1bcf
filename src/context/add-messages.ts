import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { type ChatMessageRole, enums, type JsonValue, limits, textBytes } from '../schema/index.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import { type ChatKey, chatWriteInput, checkInput, type WriteOptions } from './check-input.js'
import { exponentBytes, whyNotJson } from './jsonb.js'
import { lockChat } from './locks.js'
import { runOperation } from './run-operation.js'
import { defineStatement } from './statement.js'

const bytesOf = (value: JsonValue | undefined) =>
  value === undefined ? 0 : textBytes(JSON.stringify(value)) + exponentBytes(value)

const whyTooLarge = (bytes: number, max: number) =>
  bytes > max ? `has ${bytes} bytes as JSON, and at most ${max} are allowed` : undefined

const content = z
  .custom<JsonValue>()
  .superRefine((value, context) => {
    const bytesMax = limits.messageBytesMax + '{"content":}'.length
    const why = whyNotJson({ content: value }, { depthMax: limits.bodyDepthMax, bytesMax })
    const message = why ?? whyTooLarge(bytesOf(value), limits.messageBytesMax)
    // Nothing more is checked then: a value without a JSON form has no size.
    if (message) context.addIssue({ code: 'custom', message, continue: false })
  })
  .optional()

const input = chatWriteInput.extend({
  messages: z
    .array(z.strictObject({ role: z.enum(enums.chat_message_role), content }))
    .min(1)
    .max(limits.messagesMax)
    .superRefine((messages, context) => {
      const bytes = messages.reduce((sum, one) => sum + bytesOf(one.content), 0)
      const message = whyTooLarge(bytes, limits.messagesBytesMax)
      if (message) context.addIssue({ code: 'custom', message })
    }),
})

/**
 * A message to add.
 *
 * @example
 * ```ts
 * const messages: NewMessage[] = [
 *   { role: 'user', content: { text: 'When is high water?' } },
 *   { role: 'assistant', content: { text: 'At 04:51.' } },
 * ]
 * await addMessages(database, { chatId, messages })
 * ```
 */
export interface NewMessage {
  /** The role of the speaker. */
  readonly role: ChatMessageRole
  /** The parts of the message, any JSON; NULL by default. */
  readonly content?: JsonValue | undefined
}

export const insertMessages = defineStatement({
  name: 'insert messages',
  parameters: {
    chatId: 'uuid',
    roles: 'chat_message_role[]',
    contents: 'text[]',
    now: 'timestamptz?',
  },
  row: { id: 'text' },
  sql: ({ chat_messages }, { chatId, roles, contents, now }) => `
    INSERT INTO ${chat_messages} (chat_id, role, content, created_at)
    SELECT ${chatId}, message.role, message.content::pg_catalog.jsonb, coalesce(${now}, now())
    FROM unnest(${roles}, ${contents}) WITH ORDINALITY AS message (role, content, place)
    ORDER BY message.place
    RETURNING id::pg_catalog.text`,
})

export const touchChat = defineStatement({
  name: 'touch chat',
  parameters: { chatId: 'uuid', now: 'timestamptz?' },
  row: {},
  sql: ({ chats }, { chatId, now }) => `
    UPDATE ${chats} SET updated_at = coalesce(${now}, now()) WHERE id = ${chatId}`,
})

/**
 * Adds 1 to 1000 messages to a chat, in order, of at most 16 MiB in total, and updates
 * `chats.updated_at`, by which lists are ordered and retention is counted. Compacting messages
 * later does not change it and needs no operation, because messages contain no pins.
 *
 * @returns The ids of the messages, in ascending order of their numbers.
 * @throws DriftpinError `chat_not_found`, `invalid_input`, `isolation_refused`.
 *
 * @example
 * ```ts
 * await addMessages(database, { chatId, messages: [{ role: 'user', content: 'Hello' }] })
 * ```
 */
export async function addMessages(
  queryable: Queryable,
  params: ChatKey & WriteOptions & { readonly messages: readonly NewMessage[] },
): Promise<{ readonly chat: ChatRef; readonly ids: readonly string[] }> {
  const { messages, now, notify, ...key } = checkInput('addMessages', input, params)
  const roles = messages.map(({ role }) => role)
  const contents = messages.map(({ content }) =>
    content === undefined ? null : JSON.stringify(content),
  )
  return await runOperation(queryable, notify, async (transaction, announce) => {
    const chat = chatRef(await lockChat(transaction, key))
    const rows = await insertMessages(transaction, { chatId: chat.id, roles, contents, now })
    await touchChat(transaction, { chatId: chat.id, now })
    await announce(['message_added', [chat]])
    return { chat, ids: rows.map(({ id }) => id) }
  })
}

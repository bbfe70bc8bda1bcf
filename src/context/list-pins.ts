import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { type BodyKind, type JsonObject, limits, type ResourceStatus } from '../schema/index.js'
import { chatNotFound } from './chat-ref.js'
import { type ChatKey, chatInput, checkInput, text } from './check-input.js'
import { defineStatement } from './statement.js'

const listInput = chatInput.extend({ bodies: z.boolean().default(false) })
const getInput = chatInput.extend({ source: text(limits.sourceBytesMax) })

/**
 * A chat's own copy of one resource.
 *
 * @example
 * ```ts
 * const pins: Pin[] = await listPins(database, { chatId })
 * for (const { source, status } of pins) if (status !== 'ok') console.log(source)
 * ```
 */
export interface Pin {
  /** Where the agent found it: an absolute path, or `mcp:<server>`. */
  readonly source: string
  /** Its kind, which determines the shape of its body. */
  readonly kind: BodyKind
  /** sha256 of the original bytes, in hexadecimal. */
  readonly contentHash: string
  /** The true size in bytes, whatever the status. */
  readonly sizeBytes: number
  /** The result of reading the resource. */
  readonly status: ResourceStatus
  /** Why the status is not `ok`; empty if it is. */
  readonly error: string
  /** The file it was read from if that is not the source itself; otherwise empty. */
  readonly sourcePath: string
  /** When this source was first pinned to the chat. */
  readonly createdAt: Date
  /** When this pin was last replaced. */
  readonly updatedAt: Date
}

/**
 * A pin with its body.
 *
 * @example
 * ```ts
 * const pins: PinWithBody[] = await listPins(database, { chatId, bodies: true })
 * for (const { source, body } of pins) console.log(source, body)
 * ```
 */
export interface PinWithBody extends Pin {
  /** The content, in the shape of its kind; `{}` unless the status is `ok`. */
  readonly body: JsonObject
}

export const selectPins = defineStatement({
  name: 'list pins',
  parameters: { chatId: 'uuid', ownerId: 'uuid?', source: 'text?', bodies: 'boolean' },
  row: {
    source: 'text?',
    kind: 'workspace_agent_context_body_kind?',
    contentHash: 'bytea?',
    sizeBytes: 'bigint?',
    status: 'workspace_agent_context_resource_status?',
    error: 'text?',
    sourcePath: 'text?',
    createdAt: 'timestamptz?',
    updatedAt: 'timestamptz?',
    body: 'jsonb?',
  },
  // The outer join returns one row of NULL for a chat without pins, and no row for no chat.
  sql: ({ chats, chat_context_resources }, { chatId, ownerId, source, bodies }) => `
    SELECT pin.source, pin.body_kind AS kind, pin.content_hash AS "contentHash",
           pin.size_bytes AS "sizeBytes", pin.status, pin.error, pin.source_path AS "sourcePath",
           pin.created_at AS "createdAt", pin.updated_at AS "updatedAt",
           CASE WHEN ${bodies} THEN pin.body END AS body
    FROM ${chats} chat
    LEFT JOIN ${chat_context_resources} pin
      ON pin.chat_id = chat.id AND (${source} IS NULL OR pin.source = ${source})
    WHERE chat.id = ${chatId} AND (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
    ORDER BY pin.source COLLATE "C"`,
})

/**
 * Lists the pins of a chat by source in byte order. Bodies are returned only with `bodies: true`,
 * because together they may have 4 MiB.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * for (const pin of await listPins(database, { chatId })) console.log(pin.source, pin.status)
 * ```
 */
export async function listPins(
  queryable: Queryable,
  params: ChatKey & { readonly bodies: true },
): Promise<PinWithBody[]>
export async function listPins(
  queryable: Queryable,
  params: ChatKey & { readonly bodies?: boolean | undefined },
): Promise<Pin[]>
export async function listPins(
  queryable: Queryable,
  params: ChatKey & { readonly bodies?: boolean | undefined },
): Promise<Pin[]> {
  const { bodies, ...key } = checkInput('listPins', listInput, params)
  const pins = await readPins(queryable, { ...key, bodies })
  return bodies ? pins : pins.map(({ body: _, ...pin }) => pin)
}

/**
 * Returns one pin of a chat with its body, or null if the chat has no such pin.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * const pin = await getPin(database, { chatId, source: '/home/dev/shop/AGENTS.md' })
 * ```
 */
export async function getPin(
  queryable: Queryable,
  params: ChatKey & { readonly source: string },
): Promise<PinWithBody | null> {
  const which = checkInput('getPin', getInput, params)
  const [pin] = await readPins(queryable, { ...which, bodies: true })
  return pin ?? null
}

async function readPins(
  queryable: Queryable,
  which: Parameters<typeof selectPins>[1],
): Promise<PinWithBody[]> {
  const rows = await selectPins(queryable, which)
  if (rows.length === 0) throw chatNotFound(which.chatId)
  return rows[0]!.source === null ? [] : (rows as PinWithBody[])
}

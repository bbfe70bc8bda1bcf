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
  /** What a client shows of a skill. Absent for other kinds and if its body has no name. */
  readonly skill?: {
    /** Never empty. */
    readonly name: string
    /** Empty if the body has none. */
    readonly description: string
  }
  /** What a client shows of an MCP server. Absent for other kinds and if its body has no name. */
  readonly server?: {
    /** Never empty. */
    readonly name: string
    /** Empty if the body has none. */
    readonly description: string
    /** In the order of the body, which may have a name twice; see `listTools`. */
    readonly tools: readonly { readonly name: string; readonly description: string }[]
  }
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

// A body is whatever an agent pushed: a field that is no text counts as missing.
const isNamed = (body: string, name: string) =>
  `pg_catalog.jsonb_typeof(${body} -> '${name}') = 'string' AND ${body} -> '${name}' <> '""'`
const shown = (body: string, name: string) =>
  `'name', ${body} -> '${name}', 'description',
             CASE pg_catalog.jsonb_typeof(${body} -> 'description')
               WHEN 'string' THEN ${body} -> 'description' ELSE '""' END`

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
    skill: 'jsonb?',
    server: 'jsonb?',
    body: 'jsonb?',
  },
  // The outer join returns one row of NULL for a chat without pins, and no row for no chat.
  sql: ({ chats, chat_context_resources }, { chatId, ownerId, source, bodies }) => `
    SELECT pin.source, pin.body_kind AS kind, pin.content_hash AS "contentHash",
           pin.size_bytes AS "sizeBytes", pin.status, pin.error, pin.source_path AS "sourcePath",
           pin.created_at AS "createdAt", pin.updated_at AS "updatedAt",
           CASE WHEN pin.body_kind = 'skill' AND ${isNamed('pin.body', 'name')}
             THEN pg_catalog.jsonb_build_object(${shown('pin.body', 'name')}) END AS skill,
           CASE WHEN pin.body_kind = 'mcp_server' AND ${isNamed('pin.body', 'server_name')}
             THEN pg_catalog.jsonb_build_object(${shown('pin.body', 'server_name')}, 'tools', (
               SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        ${shown('tool.body', 'name')}) ORDER BY tool.place), '[]')
               FROM pg_catalog.jsonb_array_elements(
                      CASE pg_catalog.jsonb_typeof(pin.body -> 'tools')
                        WHEN 'array' THEN pin.body -> 'tools' ELSE '[]' END)
                    WITH ORDINALITY AS tool (body, place)
               WHERE ${isNamed('tool.body', 'name')})) END AS server,
           CASE WHEN ${bodies} THEN pin.body END AS body
    FROM ${chats} chat
    LEFT JOIN ${chat_context_resources} pin
      ON pin.chat_id = chat.id AND (${source} IS NULL OR pin.source = ${source})
    WHERE chat.id = ${chatId} AND (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
    ORDER BY pin.source COLLATE "C"`,
})

/**
 * Lists the pins of a chat by source in byte order. Bodies are returned only with `bodies: true`,
 * because together they may have 4 MiB. What a client shows of skills and MCP servers is returned
 * in any case: the database reads it from the bodies.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * for (const { source, status, skill, server } of await listPins(database, { chatId })) {
 *   console.log(skill?.name ?? server?.name ?? source, status, server?.tools.length ?? '')
 * }
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
  if (rows[0]!.source === null) return []
  return rows.map(({ skill, server, ...pin }) => ({
    ...pin,
    ...(skill !== null && { skill }),
    ...(server !== null && { server }),
  })) as PinWithBody[]
}

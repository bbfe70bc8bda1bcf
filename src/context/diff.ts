import type { Queryable } from '../database/index.js'
import type { BodyKind, JsonValue, ResourceStatus } from '../schema/index.js'
import { type ChatRef, chatNotFound, chatRef } from './chat-ref.js'
import { type ChatKey, chatInput, checkInput } from './check-input.js'
import { decodeText } from './decode-text.js'
import { columns, noLiveContext } from './live-context.js'
import { readServer } from './read-server.js'
import { defineStatement } from './statement.js'
import { createTextComparison, type DiffHunk } from './text-hunks.js'

/**
 * One resource on one side of a diff.
 *
 * @example
 * ```ts
 * const describe = ({ kind, sizeBytes, text }: DiffSide) => text ?? `${kind} of ${sizeBytes} bytes`
 * const { removed } = await diff(database, { chatId })
 * for (const { pinned } of removed) console.log(describe(pinned))
 * ```
 */
export interface DiffSide {
  /** What the resource is. */
  readonly kind: BodyKind
  /** sha256 of the original bytes, in hexadecimal. */
  readonly contentHash: string
  /** The true size in bytes. */
  readonly sizeBytes: number
  /** The result of reading the resource. */
  readonly status: ResourceStatus
  /** The text of an instruction file or SKILL.md in UTF-8; null for anything else. */
  readonly text: string | null
}

/**
 * The differences between the pinned and the live context of a chat, each list by source in byte
 * order.
 *
 * @example
 * ```ts
 * const { added, removed, modified }: ContextDiff = await diff(database, { chatId })
 * for (const { source } of added) console.log(`+ ${source}`)
 * for (const { source } of removed) console.log(`- ${source}`)
 * for (const { source, hunks, tools } of modified) console.log(source, hunks ?? tools ?? '')
 * ```
 */
export interface ContextDiff {
  /** The chat whose pins are compared. */
  readonly chat: ChatRef
  /** False for a chat without pins; then every live resource is listed as added. */
  readonly hydrated: boolean
  /** Resources that are live and not pinned. */
  readonly added: readonly { readonly source: string; readonly live: DiffSide }[]
  /** Resources that are pinned and no longer live. */
  readonly removed: readonly { readonly source: string; readonly pinned: DiffSide }[]
  /** Resources that differ in kind, content hash, size or status. */
  readonly modified: readonly {
    readonly source: string
    readonly pinned: DiffSide
    readonly live: DiffSide
    /**
     * The lines that differ. Null if a side has no text, and if the two differ in more than 1000
     * lines; also if many texts differ that much, which would take seconds.
     */
    readonly hunks: readonly DiffHunk[] | null
    /**
     * The names of the tools that only the live MCP server has, that only the pinned one has, and
     * that have another description or input schema, each in byte order. Null unless both sides
     * are MCP servers.
     */
    readonly tools: {
      readonly added: readonly string[]
      readonly removed: readonly string[]
      readonly modified: readonly string[]
    } | null
  }[]
}

const side = (alias: string, prefix: string) => `
           ${alias}.body_kind AS ${prefix}_kind, ${alias}.content_hash AS ${prefix}_hash,
           ${alias}.size_bytes AS ${prefix}_size, ${alias}.status AS ${prefix}_status,
           ${alias}.body AS ${prefix}_body`

// The columns that a diff compares. The hash covers the body.
const compared = ['body_kind', 'content_hash', 'size_bytes', 'status'] as const

export const selectDiff = defineStatement({
  name: 'diff',
  parameters: { chatId: 'uuid', ownerId: 'uuid?' },
  row: {
    id: 'uuid',
    ownerId: 'uuid',
    hydrated: 'boolean',
    hasLive: 'boolean',
    source: 'text?',
    pinned_kind: 'workspace_agent_context_body_kind?',
    pinned_hash: 'bytea?',
    pinned_size: 'bigint?',
    pinned_status: 'workspace_agent_context_resource_status?',
    pinned_body: 'jsonb?',
    live_kind: 'workspace_agent_context_body_kind?',
    live_hash: 'bytea?',
    live_size: 'bigint?',
    live_status: 'workspace_agent_context_resource_status?',
    live_body: 'jsonb?',
  },
  // One statement reads one snapshot, so it sees no part of a push or refresh without any lock.
  sql: (names, { chatId, ownerId }) => `
    SELECT chat.id, chat.owner_id AS "ownerId", chat.context_hashes IS NOT NULL AS hydrated,
           head.workspace_agent_id IS NOT NULL AS "hasLive",
           differing.*
    FROM ${names.chats} chat
    LEFT JOIN ${names.workspace_agent_context_snapshots} head
      ON head.workspace_agent_id = chat.agent_id
    LEFT JOIN LATERAL (
      SELECT coalesce(pin.source, live.source) AS source,${side('pin', 'pinned')},
             ${side('live', 'live').trim()}
      FROM (SELECT * FROM ${names.chat_context_resources}
            WHERE chat_id = chat.id AND chat.context_hashes IS NOT NULL) pin
      FULL JOIN (SELECT * FROM ${names.workspace_agent_context_resources}
                 WHERE workspace_agent_id = head.workspace_agent_id) live
        ON live.source = pin.source
      WHERE head.workspace_agent_id IS NOT NULL
        AND (${columns('pin', compared)}) IS DISTINCT FROM (${columns('live', compared)})
    ) differing ON true
    WHERE chat.id = ${chatId} AND (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
    ORDER BY differing.source COLLATE "C"`,
})

type DiffRow = Awaited<ReturnType<typeof selectDiff>>[number]

/**
 * Returns the differences between the pins of a chat and the live context of its agent. It compares
 * rows, whereas the dirty mark compares hashes of the kinds that are pinned. The lists are empty if
 * and only if every source has the same kind, content hash, size and status on both sides. Texts
 * that differ are compared by line, and MCP servers by tool. For a chat that is not hydrated, every
 * live resource is listed as added.
 *
 * @throws DriftpinError `no_live_context`, `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * const { added, removed, modified } = await diff(database, { chatId })
 * for (const { source, hunks } of modified) {
 *   console.log(source, ...(hunks ?? []).flatMap(({ lines }) => lines))
 * }
 * ```
 */
export async function diff(queryable: Queryable, params: ChatKey): Promise<ContextDiff> {
  const key = checkInput('diff', chatInput, params)
  const rows = await selectDiff(queryable, key)
  const [first] = rows
  if (!first) throw chatNotFound(key.chatId)
  if (!first.hasLive) throw noLiveContext(first.id)
  const added = []
  const removed = []
  const modified = []
  const compareTexts = createTextComparison()
  for (const row of rows) {
    if (row.source === null) continue
    const { source } = row
    const pinned = sideOf(row, 'pinned')
    const live = sideOf(row, 'live')
    if (pinned && live) {
      const hasTexts = pinned.text !== null && live.text !== null
      const hunks = hasTexts ? compareTexts(pinned.text, live.text) : null
      const areServers = pinned.kind === 'mcp_server' && live.kind === 'mcp_server'
      const tools = areServers ? compareTools(row.pinned_body, row.live_body) : null
      modified.push({ source, pinned, live, hunks, tools })
    } else if (pinned) removed.push({ source, pinned })
    else if (live) added.push({ source, live })
  }
  return { chat: chatRef(first), hydrated: first.hydrated, added, removed, modified }
}

function sideOf(row: DiffRow, which: 'pinned' | 'live'): DiffSide | undefined {
  const kind = row[`${which}_kind` as const]
  const status = row[`${which}_status` as const]!
  if (kind === null) return undefined
  return {
    kind,
    contentHash: row[`${which}_hash` as const]!,
    sizeBytes: row[`${which}_size` as const]!,
    status,
    text: status === 'ok' ? decodeText(kind, row[`${which}_body` as const]) : null,
  }
}

/** Of two tools with one name, the first counts. */
function compareTools(pinnedBody: JsonValue, liveBody: JsonValue) {
  const [pinned, live] = [pinnedBody, liveBody].map((body) => {
    const tools = readServer(body).tools.filter((tool) => !('reason' in tool))
    // Both bodies are `jsonb`, which prints equal values as equal texts.
    return new Map(tools.toReversed().map((tool) => [tool.name, JSON.stringify(tool)]))
  }) as [Map<string, string>, Map<string, string>]
  const inOrder = (names: Iterable<string>, isMeant: (name: string) => boolean) =>
    [...names].filter(isMeant).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return {
    added: inOrder(live.keys(), (name) => !pinned.has(name)),
    removed: inOrder(pinned.keys(), (name) => !live.has(name)),
    modified: inOrder(pinned.keys(), (name) => {
      const now = live.get(name)
      return now !== undefined && now !== pinned.get(name)
    }),
  }
}

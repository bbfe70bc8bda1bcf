import { createHash } from 'node:crypto'
import type { JsonValue } from '../../schema/index.js'
import { valueBytesMax } from '../row-reader.js'
import type { Content } from './live-context.js'
import { createModel, type Live, type Message, type Model, type Resources } from './model.js'
import { canonicalJson, jsonbText } from './text.js'

export const pinTable = 'chat_context_resources'
export const liveTable = 'workspace_agent_context_resources'
export const snapshotTable = 'workspace_agent_context_snapshots'

type Values = Readonly<Record<string, string | null>>

const texts = new WeakMap<object, string>()

/** The text that the row reader returns for a `jsonb` value: for a large one, its hash. */
function bodyText(body: JsonValue): string {
  if (body === null || typeof body !== 'object') return canonicalJson(body)
  const known = texts.get(body)
  if (known !== undefined) return known
  const printed = Buffer.from(jsonbText(body))
  const made =
    printed.length > valueBytesMax
      ? `sha256 ${createHash('sha256').update(printed).digest('hex')}`
      : canonicalJson(body)
  texts.set(body, made)
  return made
}

/** The columns that a push gives a resource, and that a pin copies. */
export const contentValues = (content: Content): Values => ({
  body_kind: content.kind,
  body: bodyText(content.body),
  content_hash: content.contentHash,
  size_bytes: String(content.sizeBytes),
  status: content.status,
  error: content.error,
  source_path: content.sourcePath,
})

function resourceRows(owner: string, id: string, resources: Resources): [string, Values][] {
  return [...resources].map(([source, resource]) => [
    `${id} ${source}`,
    {
      ...{ [owner]: id, source, ...contentValues(resource) },
      ...{ created_at: resource.createdAt, updated_at: resource.updatedAt },
    },
  ])
}

type Table = ReadonlyMap<string, Values>

/** Rows by id, from records that have one. */
const byId = <T extends { readonly id: string }>(
  records: ReadonlyMap<string, T>,
  row: (one: T) => Values,
): Table => new Map([...records.values()].map((one) => [one.id, { id: one.id, ...row(one) }]))

/** The rows that belong to the records of a map, each with its key. */
const ofEach = <T>(
  records: ReadonlyMap<string, T>,
  rows: (one: T) => readonly (readonly [string, Values])[],
): Table => new Map([...records.values()].flatMap(rows))

function messageRow(chatId: string, { id, createdAt, ...message }: Message): [string, Values] {
  const { role, content, compressed, deleted } = message
  const values = {
    ...{ id: String(id), chat_id: chatId, role, created_at: createdAt },
    content: content === undefined ? null : bodyText(content),
    ...{ compressed: String(compressed), deleted: String(deleted) },
  }
  return [`${chatId} ${id}`, values]
}

function snapshotRow(id: string, { version, hash, error, ready, receivedAt }: Live) {
  const values = {
    ...{ workspace_agent_id: id, version: String(version), aggregate_hash: hash },
    ...{ snapshot_error: error, ready: String(ready), received_at: receivedAt },
  }
  return [id, values] as const
}

/** Tables that the host also writes to: rows that the model does not know belong to the host. */
export const sharedTables: ReadonlySet<string> = new Set(['chat_messages'])

/** The rows of the tables that the model covers, by table and primary key. */
export function expectedRows(model: Model): ReadonlyMap<string, Table> {
  const { workspaces, builds, agents, chats } = model
  const tables: Record<string, Table> = {
    workspaces: byId(workspaces, ({ ownerId, deleted }) => ({
      ...{ owner_id: ownerId, deleted: String(deleted) },
    })),
    workspace_builds: byId(builds, ({ workspaceId, number }) => ({
      ...{ workspace_id: workspaceId, build_number: String(number) },
    })),
    workspace_agents: byId(agents, ({ buildId, deleted }) => ({
      ...{ build_id: buildId, deleted: String(deleted) },
    })),
    [snapshotTable]: ofEach(agents, ({ id, live }) => (live ? [snapshotRow(id, live)] : [])),
    [liveTable]: ofEach(agents, ({ id, live }) =>
      live ? resourceRows('workspace_agent_id', id, live.resources) : [],
    ),
    chats: byId(chats, (chat) => ({
      ...{ owner_id: chat.ownerId, title: chat.title, status: chat.status },
      ...{ workspace_id: chat.workspaceId, build_id: chat.buildId, agent_id: chat.agentId },
      ...{
        created_at: chat.createdAt,
        updated_at: chat.updatedAt,
        archived: String(chat.archived),
      },
      ...{ context_aggregate_hash: chat.pinnedHash, context_dirty_since: chat.dirtySince },
      context_error: chat.error,
    })),
    chat_messages: ofEach(chats, ({ id, messages }) => messages.map((one) => messageRow(id, one))),
    [pinTable]: ofEach(chats, ({ id, pins }) => resourceRows('chat_id', id, pins)),
  }
  return new Map(Object.entries(tables))
}

/** The tables that the model covers: all rows, or in a shared table those of the operations. */
export const modelTables: ReadonlySet<string> = new Set(expectedRows(createModel()).keys())

import { createHash } from 'node:crypto'
import type { JsonValue } from '../../schema/index.js'
import { valueBytesMax } from '../row-reader.js'
import { canonicalJson, jsonbText } from './json.js'
import type { Content } from './live-context.js'
import { createModel, type Live, type Message, type Model, type Resources } from './model.js'

export const pinTable = 'chat_context_resources'
export const liveTable = 'workspace_agent_context_resources'
export const snapshotTable = 'workspace_agent_context_snapshots'

type Values = Readonly<Record<string, string | null>>

const flag = (value: boolean) => String(value)

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

function messageRow(chatId: string, message: Message): [string, Values] {
  const { id, role, content, createdAt, compressed, deleted } = message
  const values = {
    id: String(id),
    chat_id: chatId,
    role,
    content: content === undefined ? null : bodyText(content),
    created_at: createdAt,
    compressed: flag(compressed),
    deleted: flag(deleted),
  }
  return [`${chatId} ${id}`, values]
}

function snapshotRow(id: string, live: Live): readonly [string, Values] {
  const values = {
    workspace_agent_id: id,
    version: String(live.version),
    aggregate_hash: live.hash,
    snapshot_error: live.error,
    ready: flag(live.ready),
    received_at: live.receivedAt,
  }
  return [id, values]
}

/** Tables that the host also writes to: rows that the model does not know belong to the host. */
export const sharedTables: ReadonlySet<string> = new Set(['chat_messages'])

/** The rows of the tables that the model covers, by table and primary key. */
export function expectedRows(model: Model): ReadonlyMap<string, ReadonlyMap<string, Values>> {
  const byId = <T extends { id: string }>(records: Iterable<T>, row: (one: T) => Values) =>
    new Map([...records].map((record) => [record.id, { id: record.id, ...row(record) }]))
  const agents = [...model.agents.values()]
  const chats = [...model.chats.values()]
  return new Map<string, ReadonlyMap<string, Values>>([
    [
      'workspaces',
      byId(model.workspaces.values(), ({ ownerId, deleted }) => ({
        owner_id: ownerId,
        deleted: flag(deleted),
      })),
    ],
    [
      'workspace_builds',
      byId(model.builds.values(), ({ workspaceId, number }) => ({
        workspace_id: workspaceId,
        build_number: String(number),
      })),
    ],
    [
      'workspace_agents',
      byId(agents, ({ buildId, deleted }) => ({ build_id: buildId, deleted: flag(deleted) })),
    ],
    [
      'workspace_agent_context_snapshots',
      new Map(agents.flatMap(({ id, live }) => (live ? [snapshotRow(id, live)] : []))),
    ],
    [
      'workspace_agent_context_resources',
      new Map(
        agents.flatMap(({ id, live }) =>
          live ? resourceRows('workspace_agent_id', id, live.resources) : [],
        ),
      ),
    ],
    [
      'chats',
      byId(chats, (chat) => ({
        owner_id: chat.ownerId,
        workspace_id: chat.workspaceId,
        build_id: chat.buildId,
        agent_id: chat.agentId,
        title: chat.title,
        status: chat.status,
        archived: flag(chat.archived),
        created_at: chat.createdAt,
        updated_at: chat.updatedAt,
        context_aggregate_hash: chat.pinnedHash,
        context_dirty_since: chat.dirtySince,
        context_error: chat.error,
      })),
    ],
    [
      'chat_messages',
      new Map(chats.flatMap((chat) => chat.messages.map((one) => messageRow(chat.id, one)))),
    ],
    [
      'chat_context_resources',
      new Map(chats.flatMap(({ id, pins }) => resourceRows('chat_id', id, pins))),
    ],
  ])
}

/** The tables that the model covers: all rows, or in a shared table those of the operations. */
export const modelTables: ReadonlySet<string> = new Set(expectedRows(createModel()).keys())

import { createHash } from 'node:crypto'
import type { BodyKind, JsonValue } from '../../schema/index.js'
import { valueBytesMax } from '../row-reader.js'
import { kindHashes } from './hashes.js'
import type { Content } from './live-context.js'
import {
  type Chat,
  createModel,
  type Live,
  type Message,
  type Model,
  type Resources,
} from './model.js'
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

/** The columns of a record: its fields, whose names have underscores there, as texts. */
const columnsOf = (record: object): Values =>
  Object.fromEntries(
    Object.entries(record).map(([field, value]) => [
      field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value === null ? null : String(value),
    ]),
  )

/** The columns that a push gives a resource, and that a pin copies. */
export const contentValues = ({ kind, body, ...content }: Content): Values => ({
  ...columnsOf({ bodyKind: kind, ...content }),
  body: bodyText(body),
})

const resourceRows = (owner: string, id: string, resources: Resources): [string, Values][] =>
  [...resources].map(([source, resource]) => [
    `${id} ${source}`,
    { [owner]: id, source, ...contentValues(resource) },
  ])

type Table = ReadonlyMap<string, Values>

/** The rows that belong to the records of a map, each with its key. */
const ofEach = <T>(
  records: ReadonlyMap<string, T>,
  rows: (one: T) => readonly (readonly [string, Values])[],
): Table => new Map([...records.values()].flatMap(rows))

function messageRow(chatId: string, { content, ...message }: Message): [string, Values] {
  const values = columnsOf({ chatId, ...message })
  const text = content === undefined ? null : bodyText(content)
  return [`${chatId} ${message.id}`, { ...values, content: text }]
}

/** Hashes as the text that the row reader returns. */
const hashesText = (resources: Resources) => bodyText(kindHashes(resources) as JsonValue)

function snapshotRow(id: string, { run, error, resources, ...live }: Live): [string, Values] {
  const runs = { runId: run?.id ?? null, runStartedAt: run?.startedAt ?? null }
  const heads = { kindHashes: hashesText(resources), snapshotError: error }
  return [id, columnsOf({ workspaceAgentId: id, ...heads, ...runs, ...live })]
}

function chatRow({ hydrated, follows, dirtySince, error, pins, messages, ...chat }: Chat) {
  const context = {
    contextHashes: hydrated ? hashesText(pins) : null,
    contextFollows: followsText(follows),
    contextDirtySince: dirtySince,
    contextError: error,
  }
  return [chat.id, columnsOf({ ...chat, ...context })] as const
}

/** The kinds of `context_follows` as the row reader returns them. */
const followsText = (follows: readonly BodyKind[]): string => `{${follows.join(',')}}`

/** Tables that the host also writes to: rows that the model does not know belong to the host. */
export const sharedTables: ReadonlySet<string> = new Set(['chat_messages'])

/** The rows of the tables that the model covers, by table and primary key. */
export function expectedRows(model: Model): ReadonlyMap<string, Table> {
  const { workspaces, builds, agents, chats } = model
  const tables: Record<string, Table> = {
    workspaces: ofEach(workspaces, (one) => [[one.id, columnsOf(one)]]),
    workspace_builds: ofEach(builds, (one) => [[one.id, columnsOf(one)]]),
    workspace_agents: ofEach(agents, ({ live, ...one }) => [[one.id, columnsOf(one)]]),
    [snapshotTable]: ofEach(agents, ({ id, live }) => (live ? [snapshotRow(id, live)] : [])),
    [liveTable]: ofEach(agents, ({ id, live }) =>
      live ? resourceRows('workspace_agent_id', id, live.resources) : [],
    ),
    chats: ofEach(chats, (one) => [chatRow(one)]),
    chat_messages: ofEach(chats, ({ id, messages }) => messages.map((one) => messageRow(id, one))),
    [pinTable]: ofEach(chats, ({ id, pins }) => resourceRows('chat_id', id, pins)),
  }
  return new Map(Object.entries(tables))
}

/** The tables that the model covers: all rows, or in a shared table those of the operations. */
export const modelTables: ReadonlySet<string> = new Set(expectedRows(createModel()).keys())

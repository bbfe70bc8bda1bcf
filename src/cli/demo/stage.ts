import { type ChatRef, getChatContext, prompt } from '../../context/index.js'
import { type Database, quoteIdentifier } from '../../database/index.js'
import { digestRows, type TableDigest } from '../../harness/index.js'
import { readChatScopedTables } from '../../migrations/index.js'
import type { ScanResult } from '../../scan/index.js'
import type { TableContent } from '../render-table.js'

/** Two chats of two people: one asks for the new context when it drifts, the other does not. */
export interface Chats {
  readonly ada: ChatRef
  readonly grace: ChatRef
}

/** What the steps of the demo work on. */
export interface Stage {
  readonly database: Database
  /** The folder that drifts, a copy. */
  readonly copy: string
  readonly rootName: string
  /** The first scan. */
  readonly found: ScanResult
}

/** The host's own rows, which driftpin has no operations for: a workspace, a build, an agent. */
export async function insertAgent(
  { database }: Pick<Stage, 'database'>,
  { workspaceId, buildNumber }: { workspaceId?: string; buildNumber: number },
): Promise<{ workspaceId: string; agentId: string }> {
  const schema = quoteIdentifier(database.schema)
  const { rows } = await database.query<{ workspace_id: string; agent_id: string }>(
    `WITH workspace AS (
       INSERT INTO ${schema}.workspaces (owner_id, name)
       SELECT gen_random_uuid(), 'demo' WHERE $1::uuid IS NULL RETURNING id
     ), build AS (
       INSERT INTO ${schema}.workspace_builds (workspace_id, build_number)
       SELECT coalesce($1::uuid, (SELECT id FROM workspace)), $2::integer
       RETURNING id, workspace_id
     )
     INSERT INTO ${schema}.workspace_agents (build_id, name)
     SELECT build.id, 'main' FROM build
     RETURNING id AS agent_id, (SELECT workspace_id FROM build) AS workspace_id`,
    [workspaceId ?? null, buildNumber],
  )
  return { workspaceId: rows[0]!.workspace_id, agentId: rows[0]!.agent_id }
}

/** Everything of one chat: the rows of each chat-scoped table, and of `chats`, by the catalog. */
export async function digestChat(
  database: Database,
  { id }: ChatRef,
): Promise<Record<string, TableDigest>> {
  const scoped = await readChatScopedTables(database)
  const columns = new Map(scoped.map(({ table, column }) => [table, column]))
  columns.set('chats', 'id')
  return await digestRows(database, {
    only: (table) => {
      const column = columns.get(table)
      if (column === undefined) return undefined
      return { where: `${quoteIdentifier(column)} = $1`, values: [id] }
    },
  })
}

/** The pins of a chat as bytes: their rows, and the prompt that is made of them. */
export async function pinnedBytes(database: Database, chat: ChatRef): Promise<string> {
  const { chat_context_resources } = await digestChat(database, chat)
  const { text } = await prompt(database, { chatId: chat.id })
  return `${chat_context_resources!.hash} ${text}`
}

/** How both chats stand, for a table of the report. */
export async function chatsTable(database: Database, chats: Chats): Promise<TableContent> {
  const rows: (string | number)[][] = []
  for (const [name, { id }] of Object.entries(chats) as [string, ChatRef][]) {
    const context = await getChatContext(database, { chatId: id })
    const pins = context.counts.reduce((sum, { count }) => sum + count, 0)
    const hash = context.aggregateHash ? Buffer.from(context.aggregateHash).toString('hex') : ''
    const state = context.dirty ? 'dirty' : context.hydrated ? 'ok' : 'not hydrated'
    const since = context.dirtySince?.toISOString().slice(11, 23) ?? ''
    rows.push([
      `${name[0]!.toUpperCase()}${name.slice(1)}'s chat`,
      pins,
      hash.slice(0, 12),
      state,
      since,
    ])
  }
  return { columns: ['chat', 'pins', 'pinned at', 'state', 'dirty since'], rows }
}

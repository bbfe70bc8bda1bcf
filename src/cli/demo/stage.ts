import { randomUUID } from 'node:crypto'
import { digestRows, readCatalog, scopedTables, type TableDigest } from '../../catalog/index.js'
import { type ChatRef, getChatContext, prompt } from '../../context/index.js'
import { type Database, quoteIdentifier } from '../../database/index.js'
import type { ScanResult } from '../../scan/index.js'
import { insertHostAgent } from '../host-agent.js'
import type { TableContent } from '../table.js'

/** The chats of two people. One refreshes her chat when the context changes, the other does not. */
export interface Chats {
  readonly ada: ChatRef
  readonly grace: ChatRef
}

/** What the steps of the demo work on. */
export interface Stage {
  readonly database: Database
  /** The copy of the directory. The demo changes it. */
  readonly copy: string
  readonly rootName: string
  /** The first scan. */
  readonly found: ScanResult
}

/** Inserts an agent with a build of its own, in a new workspace or an existing one. */
export async function insertAgent(
  { database }: Pick<Stage, 'database'>,
  { workspaceId = randomUUID(), buildNumber }: { workspaceId?: string; buildNumber: number },
): Promise<{ workspaceId: string; agentId: string }> {
  const [agentId, buildId, ownerId] = [randomUUID(), randomUUID(), randomUUID()]
  const host = { workspace: 'demo', name: 'main', operatingSystem: 'linux', directory: '/demo' }
  await database.transaction((transaction) =>
    insertHostAgent(transaction, { agentId, buildId, workspaceId, ownerId, buildNumber, ...host }),
  )
  return { workspaceId, agentId }
}

/** The digest of all rows of one chat, by table. The catalog gives the tables. */
export async function digestChat(
  database: Database,
  { id }: ChatRef,
): Promise<Record<string, TableDigest>> {
  const scoped = scopedTables(await readCatalog(database), 'chats')
  const columns = new Map(scoped.map(({ name, column }) => [name, column]))
  columns.set('chats', 'id')
  return await digestRows(database, {
    only: (table) => {
      const column = columns.get(table)
      if (column == null) return undefined
      return { where: `${quoteIdentifier(column)} = $1`, values: [id] }
    },
  })
}

/** The pins of a chat for comparison: a hash of their rows, and the prompt made from them. */
export async function pinnedBytes(database: Database, chat: ChatRef): Promise<string> {
  const { chat_context_resources } = await digestChat(database, chat)
  const { text } = await prompt(database, { chatId: chat.id })
  return `${chat_context_resources!.hash} ${text}`
}

/** The state of both chats, as a table of the report. */
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

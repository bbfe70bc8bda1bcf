import { digestRows, readCatalog, scopedTables, type TableDigest } from '../../catalog/index.js'
import {
  addMessages,
  type ChatRef,
  createAgent,
  createBuild,
  createChat,
  createWorkspace,
  diff,
  getChatContext,
  prompt,
  push,
  refresh,
} from '../../context/index.js'
import { type Database, quoteIdentifier } from '../../database/index.js'
import { fillChat } from '../../harness/index.js'
import { createMigrator } from '../../migrations/index.js'
import { type ScanResult, scan } from '../../scan/index.js'
import { changedLines } from '../../workbench/index.js'
import { belowRoot, resourceTable, troubleTable } from '../resources.js'
import type { TableContent } from '../table.js'
import { humanDuration, humanSize } from '../terminal.js'
import type { DemoStep } from './report.js'
import { driftWorkspace } from './workspace.js'

type DemoChat = ChatRef & { readonly title: string }

/** What the steps of the demo work on. */
export interface Stage {
  readonly database: Database
  /** The copy of the directory. The demo changes it. */
  readonly copy: string
  /** The first scan. */
  readonly found: ScanResult
  readonly workspaceId: string
  /** The first agent of the workspace. */
  readonly agentId: string
  /** The chat that is refreshed when the context changes. */
  readonly ada: DemoChat
  /** The chat that is not refreshed. */
  readonly grace: DemoChat
}

/** The titles of steps, each with the work that writes its notes, tables and claims. */
export type DemoSteps = Readonly<Record<string, (stage: Stage, step: DemoStep) => Promise<void>>>

/** From an empty database to one chat that was refreshed and one that was not. */
export const pinningSteps: DemoSteps = {
  'Migrate an empty database': migrate,
  'Scan the directory and push the context that an agent finds': pushFirst,
  'Create two chats and pin their context': createChats,
  'The workspace changes, and the agent pushes again': drift,
  'Ada refreshes her chat, Grace does not': refreshAda,
}

/** Records a claim, and whether the check confirmed it. */
export function check({ claims }: DemoStep, claim: string, holds: boolean): void {
  claims.push({ claim, holds })
}

async function migrate({ database }: Stage, step: DemoStep): Promise<void> {
  const migrator = createMigrator(database)
  const rows = (await migrator.up()).map(({ file, durationMs }) => [
    file.replace('.up.sql', ''),
    humanDuration(durationMs),
  ])
  step.tables.push({ columns: ['migration', 'took'], rows })
  const statuses = await migrator.status()
  const isApplied = statuses.every(({ state }) => state === 'applied')
  check(step, 'every migration is applied', isApplied)
  check(step, 'running them again changes nothing', (await migrator.up()).length === 0)
}

async function pushFirst(stage: Stage, step: DemoStep): Promise<void> {
  const { database, agentId, found } = stage
  const { rootName, resources, ...rest } = found
  await createWorkspace(database, {
    id: stage.workspaceId,
    ownerId: stage.ada.ownerId,
    name: 'demo',
  })
  await makeAgent(stage, agentId)
  const first = { agentId, version: 1, resources, ...rest }
  const { accepted } = await push(database, first)
  const bytes = resources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  step.notes.push(`${rootName}: ${resources.length} resources, ${humanSize(bytes)}`)
  if (found.snapshotError) step.notes.push(found.snapshotError)
  const trouble = troubleTable(resources, rootName)
  step.tables.push(resourceTable(resources, rootName), ...(trouble ? [trouble] : []))
  check(step, 'the push is accepted', accepted)
  const again = await push(database, first)
  check(step, 'the same version again is refused, and changes nothing', !again.accepted)
}

async function createChats(stage: Stage, step: DemoStep): Promise<void> {
  const { database, agentId, found, ada, grace } = stage
  const created: boolean[] = []
  for (const chat of [ada, grace]) {
    // The workspace is Ada's, and her host lets Grace use it.
    const sharedWorkspace = chat === grace
    const { hydrated } = await createChat(database, { ...chat, agentId, sharedWorkspace })
    created.push(hydrated)
    const messages = [
      { role: 'user', content: 'Why is the tide early on Sunday?' } as const,
      { role: 'assistant', content: 'Because the moon is.' } as const,
    ]
    await addMessages(database, { chatId: chat.id, messages })
    await fillChat(database, chat.id)
  }
  const tables = scopedTables(await readCatalog(database), 'chats').length
  step.notes.push(`Each gets rows in all ${tables} tables that belong to a chat, by the catalog.`)
  const chats = await chatsTable(stage)
  step.tables.push(chats)
  check(step, 'both chats have pins from the start', created.every(Boolean))
  const hasAll = chats.rows.every(([, pins]) => pins === found.resources.length)
  check(step, 'each chat has its own copy of every resource', hasAll)
}

async function drift(stage: Stage, step: DemoStep): Promise<void> {
  const { database, copy, agentId, ada } = stage
  const { resources, rootName } = stage.found
  const before = await pinnedBytes(database, ada)
  const changes = await driftWorkspace(copy, resources, rootName)
  const { rootName: _, ...now } = await scan(copy, { rootName })
  const { dirtied } = await push(database, { agentId, version: 2, ...now })
  const { added, removed, modified } = await diff(database, { chatId: ada.id })
  const row = (change: string, source: string, ...cells: string[]) => [
    belowRoot(source, rootName),
    change,
    ...cells,
  ]
  const rows = [
    ...modified.map(({ source, pinned, live }) =>
      row('modified', source, humanSize(pinned.sizeBytes), humanSize(live.sizeBytes), live.status),
    ),
    ...added.map(({ source, live }) =>
      row('added', source, '', humanSize(live.sizeBytes), live.status),
    ),
    ...removed.map(({ source, pinned }) =>
      row('removed', source, humanSize(pinned.sizeBytes), '', ''),
    ),
  ]
  step.tables.push({ columns: ['source', 'change', 'pinned', 'live', 'status'], rows })
  for (const { source, pinned, live } of modified) {
    const lines = changedLines(pinned.text ?? '', live.text ?? '')
    step.tables.push({ columns: [belowRoot(source, rootName)], rows: lines.map((line) => [line]) })
  }
  step.tables.push(await chatsTable(stage))
  const has = (list: readonly { source: string }[], path: string | undefined) =>
    path === undefined || list.some(({ source }) => belowRoot(source, rootName) === path)
  check(step, 'both chats are marked dirty', dirtied.length === 2)
  check(step, 'the diff shows the edited file', has(modified, changes.modified))
  check(step, 'the diff shows the new file', has(added, changes.added))
  check(step, 'the diff shows the deleted file', has(removed, changes.removed))
  const isSame = before === (await pinnedBytes(database, ada))
  check(step, 'no byte of the pins has changed', isSame)
}

async function refreshAda(stage: Stage, step: DemoStep): Promise<void> {
  const { database, ada, grace } = stage
  const before = await pinnedBytes(database, grace)
  const { added, replaced, removed } = await refresh(database, { chatId: ada.id })
  const columns = ['pins added', 'replaced', 'removed']
  step.tables.push({ columns, rows: [[added, replaced, removed]] }, await chatsTable(stage))
  const left = await diff(database, { chatId: ada.id })
  const isEqual = left.added.length + left.removed.length + left.modified.length === 0
  const { dirty } = await getChatContext(database, { chatId: ada.id })
  check(step, "Ada's pins equal the live context, and her chat is clean", isEqual && !dirty)
  const isSame = before === (await pinnedBytes(database, grace))
  const other = await getChatContext(database, { chatId: grace.id })
  check(step, "Grace's pins are unchanged, and her chat is dirty", isSame && other.dirty)
}

/** Creates an agent with a build of its own. */
export async function makeAgent({ database, workspaceId }: Stage, id: string): Promise<void> {
  const { build } = await createBuild(database, { workspaceId })
  await createAgent(database, { id, buildId: build.id, name: 'main', directory: '/demo' })
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

/** The pins of chats for comparison: a hash of their rows, and the prompts made from them. */
export async function pinnedBytes(database: Database, ...chats: ChatRef[]): Promise<string> {
  const parts: string[] = []
  for (const chat of chats) {
    const { chat_context_resources } = await digestChat(database, chat)
    const { text } = await prompt(database, { chatId: chat.id })
    parts.push(`${chat_context_resources!.hash} ${text}`)
  }
  return parts.join('\n')
}

/** The state of both chats, as a table of the report. */
export async function chatsTable({ database, ada, grace }: Stage): Promise<TableContent> {
  const rows: (string | number)[][] = []
  for (const { id, title } of [ada, grace]) {
    const context = await getChatContext(database, { chatId: id })
    const pins = context.counts.reduce((sum, { count }) => sum + count, 0)
    const hash = context.aggregateHash ?? ''
    const state = context.dirty ? 'dirty' : context.hydrated ? 'ok' : 'not hydrated'
    const since = context.dirtySince?.toISOString().slice(11, 23) ?? ''
    rows.push([title, pins, hash.slice(0, 12), state, since])
  }
  return { columns: ['chat', 'pins', 'pinned at', 'state', 'dirty since'], rows }
}

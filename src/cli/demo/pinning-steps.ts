import { randomUUID } from 'node:crypto'
import { readCatalog, scopedTables } from '../../catalog/index.js'
import {
  addMessages,
  type ContextDiff,
  createChat,
  diff,
  getChatContexts,
  push,
  refresh,
} from '../../context/index.js'
import { fillChat } from '../../harness/index.js'
import { createMigrator } from '../../migrations/index.js'
import { scan } from '../../scan/index.js'
import { changedLines } from '../../workbench/index.js'
import { belowRoot, resourceTable, troubleTable } from '../resources.js'
import { humanDuration, humanSize } from '../terminal.js'
import type { ReportWriter } from './report.js'
import { type Chats, chatsTable, insertAgent, pinnedBytes, type Stage } from './stage.js'
import { driftWorkspace } from './workspace.js'

// The first half of the demo: from an empty database to one chat that was refreshed and one that
// was not.

export async function migrateStep(report: ReportWriter, { database }: Pick<Stage, 'database'>) {
  await report.step('Migrate an empty database', async ({ table, claim }) => {
    const migrator = createMigrator(database)
    const steps = await migrator.up()
    table({
      columns: ['migration', 'took'],
      rows: steps.map(({ file, durationMs }) => [
        file.replace('.up.sql', ''),
        humanDuration(durationMs),
      ]),
    })
    const statuses = await migrator.status()
    claim(
      'every migration is applied',
      statuses.every(({ state }) => state === 'applied'),
    )
    claim('running them again changes nothing', (await migrator.up()).length === 0)
  })
}

export async function pushStep(report: ReportWriter, stage: Stage, agentId: string) {
  const { database, found, rootName } = stage
  await report.step('Scan the directory and push the context that an agent finds', async (step) => {
    const { accepted } = await push(database, pushOf(stage.found, agentId, 1))
    const bytes = found.resources.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0)
    step.note(`${rootName}: ${found.resources.length} resources, ${humanSize(bytes)}`)
    if (found.snapshotError) step.note(found.snapshotError)
    step.table(resourceTable(found.resources, rootName))
    const trouble = troubleTable(found.resources, rootName)
    if (trouble) step.table(trouble)
    step.claim('the push is accepted', accepted)
    const again = await push(database, pushOf(stage.found, agentId, 1))
    step.claim('the same version again is refused, and changes nothing', !again.accepted)
  })
}

function pushOf({ rootName, ...found }: Stage['found'], agentId: string, version: number) {
  return { agentId, version, ...found }
}

export async function chatsStep(
  report: ReportWriter,
  { database, found }: Stage,
  agentId: string,
): Promise<Chats> {
  return await report.step(
    'Create two chats and pin their context',
    async ({ note, table, claim }) => {
      const create = (title: string) =>
        createChat(database, { ownerId: randomUUID(), agentId, title })
      const ada = await create("Ada's chat")
      const grace = await create("Grace's chat")
      const chats = { ada: ada.chat, grace: grace.chat }
      for (const { id } of Object.values(chats)) {
        const messages = [
          { role: 'user', content: 'Why is the tide early on Sunday?' } as const,
          { role: 'assistant', content: 'Because the moon is.' } as const,
        ]
        await addMessages(database, { chatId: id, messages })
        await fillChat(database, id)
      }
      const tables = scopedTables(await readCatalog(database), 'chats').length
      note(`Each gets rows in all ${tables} tables that belong to a chat, by the catalog.`)
      table(await chatsTable(database, chats))
      const contexts = await getChatContexts(database, { chatIds: [ada.chat.id, grace.chat.id] })
      const pins = contexts.map(({ counts }) => counts.reduce((sum, { count }) => sum + count, 0))
      claim('both chats have pins from the start', ada.hydrated && grace.hydrated)
      claim(
        'each chat has its own copy of every resource',
        pins.every((n) => n === found.resources.length),
      )
      return chats
    },
  )
}

export async function driftStep(
  report: ReportWriter,
  stage: Stage,
  agentId: string,
  chats: Chats,
): Promise<void> {
  const { database, copy, found, rootName } = stage
  await report.step('The workspace changes, and the agent pushes again', async (step) => {
    const before = await pinnedBytes(database, chats.ada)
    const drift = await driftWorkspace(copy, found.resources, rootName)
    const now = await scan(copy, { rootName })
    const { dirtied } = await push(database, pushOf(now, agentId, 2))
    const { added, removed, modified, ...rest } = await diff(database, { chatId: chats.ada.id })
    step.table(diffTable({ added, removed, modified, ...rest }, rootName))
    for (const { source, pinned, live } of modified) {
      const lines = changedLines(pinned.text ?? '', live.text ?? '')
      step.table({ columns: [belowRoot(source, rootName)], rows: lines.map((line) => [line]) })
    }
    step.table(await chatsTable(database, chats))
    const has = (list: readonly { source: string }[], path: string | undefined) =>
      path === undefined || list.some(({ source }) => belowRoot(source, rootName) === path)
    step.claim('both chats are marked dirty', dirtied.length === 2)
    step.claim('the diff shows the edited file', has(modified, drift.modified))
    step.claim('the diff shows the new file', has(added, drift.added))
    step.claim('the diff shows the deleted file', has(removed, drift.removed))
    step.claim(
      'no byte of the pins has changed',
      before === (await pinnedBytes(database, chats.ada)),
    )
  })
}

function diffTable({ added, removed, modified }: ContextDiff, rootName: string) {
  const rows = [
    ...modified.map(({ source, pinned, live }) => ({
      source,
      cells: ['modified', humanSize(pinned.sizeBytes), humanSize(live.sizeBytes), live.status],
    })),
    ...added.map(({ source, live }) => ({
      source,
      cells: ['added', '', humanSize(live.sizeBytes), live.status],
    })),
    ...removed.map(({ source, pinned }) => ({
      source,
      cells: ['removed', humanSize(pinned.sizeBytes), '', ''],
    })),
  ]
  return {
    columns: ['source', 'change', 'pinned', 'live', 'status'],
    rows: rows.map(({ source, cells }) => [belowRoot(source, rootName), ...cells]),
  }
}

export async function refreshStep(report: ReportWriter, { database }: Stage, chats: Chats) {
  await report.step('Ada refreshes her chat, Grace does not', async ({ table, claim }) => {
    const before = await pinnedBytes(database, chats.grace)
    const { added, replaced, removed } = await refresh(database, { chatId: chats.ada.id })
    table({
      columns: ['pins added', 'replaced', 'removed'],
      rows: [[added, replaced, removed]],
    })
    table(await chatsTable(database, chats))
    const [ada, grace] = await getChatContexts(database, {
      chatIds: [chats.ada.id, chats.grace.id],
    })
    const left = await diff(database, { chatId: chats.ada.id })
    const none = left.added.length + left.removed.length + left.modified.length === 0
    claim("Ada's pins equal the live context, and her chat is clean", none && !ada!.dirty)
    const same = before === (await pinnedBytes(database, chats.grace))
    claim("Grace's pins are unchanged, and her chat is dirty", same && grace!.dirty)
  })
}

/** The first agent, which the following steps use. */
export async function firstAgent(stage: Pick<Stage, 'database'>) {
  return await insertAgent(stage, { buildNumber: 1 })
}

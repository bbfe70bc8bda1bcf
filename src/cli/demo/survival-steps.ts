import { randomUUID } from 'node:crypto'
import {
  archive,
  getChatContext,
  listChats,
  purgeExpired,
  push,
  rebindWorkspace,
} from '../../context/index.js'
import { quoteIdentifier } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { scan } from '../../scan/index.js'
import {
  chatsTable,
  check,
  type DemoSteps,
  digestChat,
  makeAgent,
  pinnedBytes,
  type Stage,
} from './pinning-steps.js'
import type { DemoStep } from './report.js'

/** Everything that the chats were made from is deleted, and then one of the chats. */
export const survivalSteps: DemoSteps = {
  'A rebuild replaces the agent': replaceAgent,
  'The agent and then the whole workspace are deleted': deleteWorkspace,
  'Grace archives her chat, and a purge deletes it': purgeGrace,
}

async function replaceAgent(stage: Stage, step: DemoStep): Promise<void> {
  const { database, copy, workspaceId, ada, grace, found } = stage
  const before = await pinnedBytes(database, ada, grace)
  const { dirtySince } = await getChatContext(database, { chatId: grace.id })
  const agentId = randomUUID()
  await makeAgent(stage, agentId)
  const { rootName: _, ...now } = await scan(copy, { rootName: found.rootName })
  await push(database, { agentId, version: 1, initial: true, ...now })
  const { bound, hydrated } = await rebindWorkspace(database, { workspaceId, agentId })
  step.tables.push(await chatsTable(stage))
  const areBound = bound.length === 2 && hydrated.length === 0
  check(step, 'both chats are bound to the new agent', areBound)
  const areSame = before === (await pinnedBytes(database, ada, grace))
  check(step, 'their pins are the same, byte for byte', areSame)
  const after = await getChatContext(database, { chatId: grace.id })
  const isSince = dirtySince !== null && dirtySince.getTime() === after.dirtySince?.getTime()
  check(step, "Grace's chat is still dirty, since the first change", isSince)
}

async function deleteWorkspace(stage: Stage, step: DemoStep): Promise<void> {
  const { database, workspaceId, agentId, ada, grace } = stage
  const schema = quoteIdentifier(database.schema)
  const before = await pinnedBytes(database, ada, grace)
  await database.query(`UPDATE ${schema}.workspace_agents SET deleted = true WHERE id = $1`, [
    agentId,
  ])
  const refused = await push(database, { agentId, version: 9, resources: [] }).catch(
    (error) => error instanceof DriftpinError && error.code === 'agent_deleted',
  )
  check(step, 'a push to a deleted agent is refused', refused === true)
  await database.query(`DELETE FROM ${schema}.workspaces WHERE id = $1`, [workspaceId])
  const tables = ['workspaces', 'workspace_builds', 'workspace_agents']
  const counts: [string, number][] = []
  for (const table of [...tables, 'workspace_agent_context_resources']) {
    const { rows } = await database.query<{ rows: number }>(
      `SELECT count(*)::integer AS rows FROM ${schema}.${quoteIdentifier(table)}`,
    )
    counts.push([table, rows[0]!.rows])
  }
  step.tables.push({ columns: ['table', 'rows left'], rows: counts }, await chatsTable(stage))
  const isEmpty = counts.every(([, rows]) => rows === 0)
  check(step, 'no workspace, build, agent or live context is left', isEmpty)
  const areSame = before === (await pinnedBytes(database, ada, grace))
  check(step, 'the pins and prompts of both chats are the same, byte for byte', areSame)
  const lists = await Promise.all(
    [ada, grace].map(({ ownerId }) => listChats(database, { ownerId })),
  )
  const areClean = lists.every(({ chats }) => chats.every((chat) => !chat.dirty && chat.hydrated))
  check(step, 'without live context, both chats are clean', areClean)
}

const dayMs = 86_400_000

async function purgeGrace({ database, ada, grace }: Stage, step: DemoStep): Promise<void> {
  const past = new Date(Date.now() - 31 * dayMs)
  await archive(database, { chatId: grace.id, now: past })
  const hers = await digestChat(database, grace)
  const others = await digestChat(database, ada)
  const { purged } = await purgeExpired(database, { retentionDays: 30 })
  const hersAfter = await digestChat(database, grace)
  const othersAfter = await digestChat(database, ada)
  const tables = Object.keys(hers)
  const isSame = (table: string) => others[table]!.hash === othersAfter[table]!.hash
  step.notes.push('Archived 31 days ago, retained for 30. The catalog gives the tables.')
  step.tables.push({
    columns: ['table', "Grace's rows", 'after', "Ada's rows", 'unchanged'],
    rows: tables.map((table) => [
      table,
      hers[table]!.rows,
      hersAfter[table]!.rows,
      others[table]!.rows,
      isSame(table) ? 'yes' : 'no',
    ]),
  })
  const hadRows = tables.every((table) => hers[table]!.rows > 0)
  const isGone = tables.every((table) => hersAfter[table]!.rows === 0)
  check(step, 'one chat was deleted', purged === 1)
  check(step, 'it had rows in all of these tables', hadRows)
  check(step, 'none of its rows is left', isGone)
  check(step, "no row of Ada's chat has changed", tables.every(isSame))
}

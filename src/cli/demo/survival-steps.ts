import {
  archive,
  getChatContexts,
  listChats,
  purgeExpired,
  push,
  rebindWorkspace,
} from '../../context/index.js'
import { quoteIdentifier } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { scan } from '../../scan/index.js'
import type { ReportWriter } from './report.js'
import {
  type Chats,
  chatsTable,
  digestChat,
  insertAgent,
  pinnedBytes,
  type Stage,
} from './stage.js'

// The second half of the demo: everything that the chats were made from is deleted, and then one of
// the chats.

const bothPins = async ({ database }: Stage, { ada, grace }: Chats) =>
  `${await pinnedBytes(database, ada)}\n${await pinnedBytes(database, grace)}`

export async function replaceStep(
  report: ReportWriter,
  stage: Stage,
  workspaceId: string,
  chats: Chats,
): Promise<void> {
  const { database, copy, rootName } = stage
  await report.step('A rebuild replaces the agent', async ({ table, claim }) => {
    const before = await bothPins(stage, chats)
    const chatIds = [chats.ada.id, chats.grace.id]
    const [, graceBefore] = await getChatContexts(database, { chatIds })
    const { agentId } = await insertAgent(stage, { workspaceId, buildNumber: 2 })
    const { rootName: _, ...found } = await scan(copy, { rootName })
    await push(database, { agentId, version: 1, initial: true, ...found })
    const { bound, hydrated } = await rebindWorkspace(database, { workspaceId, agentId })
    table(await chatsTable(database, chats))
    const [, grace] = await getChatContexts(database, { chatIds })
    claim('both chats are bound to the new agent', bound.length === 2 && hydrated.length === 0)
    claim('their pins are the same, byte for byte', before === (await bothPins(stage, chats)))
    const since = grace!.dirtySince?.getTime()
    claim(
      "Grace's chat is still dirty, since the first change",
      since !== undefined && since === graceBefore!.dirtySince?.getTime(),
    )
  })
}

export async function deleteStep(
  report: ReportWriter,
  stage: Stage,
  { workspaceId, agentId }: { workspaceId: string; agentId: string },
  chats: Chats,
): Promise<void> {
  const { database } = stage
  const schema = quoteIdentifier(database.schema)
  await report.step('The agent and then the whole workspace are deleted', async (step) => {
    const before = await bothPins(stage, chats)
    await database.query(`UPDATE ${schema}.workspace_agents SET deleted = true WHERE id = $1`, [
      agentId,
    ])
    const refused = await push(database, { agentId, version: 9, resources: [] }).catch(
      (error) => error instanceof DriftpinError && error.code === 'agent_deleted',
    )
    step.claim('a push to a deleted agent is refused', refused === true)
    await database.query(`DELETE FROM ${schema}.workspaces WHERE id = $1`, [workspaceId])
    const tables = ['workspaces', 'workspace_builds', 'workspace_agents']
    const counts: [string, number][] = []
    for (const table of [...tables, 'workspace_agent_context_resources']) {
      const { rows } = await database.query<{ rows: number }>(
        `SELECT count(*)::integer AS rows FROM ${schema}.${quoteIdentifier(table)}`,
      )
      counts.push([table, rows[0]!.rows])
    }
    step.table({ columns: ['table', 'rows left'], rows: counts })
    step.table(await chatsTable(database, chats))
    step.claim(
      'no workspace, build, agent or live context is left',
      counts.every(([, rows]) => rows === 0),
    )
    const same = before === (await bothPins(stage, chats))
    step.claim('the pins and prompts of both chats are the same, byte for byte', same)
    const lists = await Promise.all(
      Object.values(chats).map(({ ownerId }) => listChats(database, { ownerId })),
    )
    const clean = lists.every((list) => list.chats.every((chat) => !chat.dirty && chat.hydrated))
    step.claim('without live context, both chats are clean', clean)
  })
}

const dayMs = 86_400_000

export async function purgeStep(report: ReportWriter, { database }: Stage, chats: Chats) {
  await report.step('Grace archives her chat, and a purge deletes it', async (step) => {
    const past = new Date(Date.now() - 31 * dayMs)
    await archive(database, { chatId: chats.grace.id, now: past })
    const grace = await digestChat(database, chats.grace)
    const ada = await digestChat(database, chats.ada)
    const { purged } = await purgeExpired(database, { retentionDays: 30 })
    const graceAfter = await digestChat(database, chats.grace)
    const adaAfter = await digestChat(database, chats.ada)
    const tables = Object.keys(grace)
    const same = (table: string) => ada[table]!.hash === adaAfter[table]!.hash
    step.note('Archived 31 days ago, retained for 30. The catalog gives the tables.')
    step.table({
      columns: ['table', "Grace's rows", 'after', "Ada's rows", 'unchanged'],
      rows: tables.map((table) => [
        table,
        grace[table]!.rows,
        graceAfter[table]!.rows,
        ada[table]!.rows,
        same(table) ? 'yes' : 'no',
      ]),
    })
    step.claim('one chat was deleted', purged === 1)
    step.claim(
      'it had rows in all of these tables',
      tables.every((t) => grace[t]!.rows > 0),
    )
    step.claim(
      'none of its rows is left',
      tables.every((table) => graceAfter[table]!.rows === 0),
    )
    step.claim("no row of Ada's chat has changed", tables.every(same))
  })
}

import { createHash, randomUUID } from 'node:crypto'
import { createChat, deleteChat, listPins, prompt, push } from '../../context/index.js'
import { scan } from '../../scan/index.js'
import type { ResourceInput } from '../../schema/index.js'
import { chatsTable, check, type DemoSteps, type Stage } from './pinning-steps.js'
import type { DemoStep } from './report.js'

/** What starts late, starts again, and starts from a chat. */
export const followingSteps: DemoSteps = {
  'An MCP server starts late, a subagent begins, and the agent restarts': startLate,
}

const tools = [{ name: 'next_high_water', description: 'The next high water at a station.' }]

const server: ResourceInput = {
  ...{ source: 'mcp:tides', kind: 'mcp_server', status: 'ok', sizeBytes: 512 },
  body: { server_name: 'tides', tools },
  contentHash: createHash('sha256').update(JSON.stringify(tools)).digest('hex'),
}

async function startLate(stage: Stage, step: DemoStep): Promise<void> {
  const { database, copy, agentId, ada, grace, found } = stage
  const now = await scan(copy, { rootName: found.rootName })
  const resources = [...now.resources, server]
  const late = await push(database, { agentId, version: 3, ...now, resources })
  const hasServer = async (chatId: string) =>
    (await listPins(database, { chatId })).some(({ source }) => source === server.source)
  const haveServer = (await hasServer(ada.id)) && (await hasServer(grace.id))
  step.tables.push(await chatsTable(stage))
  check(step, 'both chats have the MCP server', late.followed.length === 2 && haveServer)
  check(step, 'it has made no chat dirty', late.dirtied.length === 0)

  const { chat: child } = await createChat(database, {
    ...{ ownerId: ada.ownerId, agentId, pinsOf: ada.id, title: "Ada's subagent" },
  })
  const texts = [ada, child].map(({ id }) => prompt(database, { chatId: id }))
  const [hers, its] = await Promise.all(texts)
  check(step, "the subagent's chat begins with Ada's context", hers!.text === its!.text)
  await deleteChat(database, { chatId: child.id })

  const run = { id: randomUUID(), startedAt: new Date() }
  const starting = { agentId, run, version: 1, initial: true, ready: false, resources: [] }
  const early = await push(database, starting)
  const { chat, hydrated } = await createChat(database, { ownerId: ada.ownerId, agentId })
  const isUnchanged = [...early.followed, ...early.dirtied].length === 0 && haveServer
  check(step, 'a push of an agent that is starting changes no chat', isUnchanged)
  check(step, 'a new chat waits for the ready push', !hydrated)
  const delayed = await push(database, { agentId, version: 4, ...now, resources })
  check(step, 'a delayed push of its previous process is refused', !delayed.accepted)
  const ready = await push(database, { agentId, run, version: 2, ...now })
  check(step, 'the ready push pins the context to the new chat', ready.hydrated.length === 1)
  await deleteChat(database, { chatId: chat.id })
}

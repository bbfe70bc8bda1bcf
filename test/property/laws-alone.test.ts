import { expect, test } from 'vitest'
import { bind, createChat, getPin, push, type Queryable } from '../../src/index.js'
import {
  createModel,
  type Ending,
  type HistoryStep,
  laws,
  openRowReader,
  type Resource,
} from '../../src/laws/index.js'
import { ownOperations } from '../../src/laws/own-operations.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'
import { useEngine } from '../support/engines.js'

// The laws are functions of a database and of a model that says what it should contain.

const engine = useEngine('PGlite')

type PinKey = Parameters<typeof getPin>[1]

/** What a database says of itself as the model has it: a chat of an agent that pushed nothing. */
async function ending(): Promise<Ending> {
  const database = await engine.install()
  const ownerId = crypto.randomUUID()
  const { chat } = await createChat(database, { ownerId, title: 'mine' })
  const reader = await openRowReader(database, { except: [], prepared: false })
  const rows = await reader.read(database)
  const { created_at: createdAt } = rows.get('chats')!.get(chat.id)!.values
  const model = createModel()
  model.chats.set(chat.id, {
    ...{ id: chat.id, ownerId, title: 'mine', status: 'waiting', archived: false },
    ...{ createdAt: createdAt!, updatedAt: createdAt! },
    ...{ workspaceId: null, buildId: null, agentId: null },
    ...{
      hydrated: false,
      follows: ['mcp_config', 'mcp_server'],
      dirtySince: null,
      error: '',
      pins: new Map(),
      messages: [],
    },
  })
  return { queryable: database, operations: ownOperations, model, rows, reader }
}

async function broken(at: Ending): Promise<string[]> {
  const found = await Promise.all(
    laws.map(async (law) => ({
      name: law.name,
      findings: [...((await law.atEnd?.(at)) ?? []), ...((await law.ofSchema?.(at)) ?? [])],
    })),
  )
  return found.flatMap(({ name, findings }) => (findings.length > 0 ? [name] : []))
}

test('every law that looks at an end holds for a database that is as its model', async () => {
  expect(await broken(await ending())).toEqual([])
})

test('a model that says something else of a chat is told so', async () => {
  const at = await ending()
  const [chat] = at.model.chats.values()
  chat!.error = 'slow disk'
  expect(await broken(at)).toEqual(['Specification'])
})

test('a law of the structure is told of a table that somebody added', async () => {
  const at = await ending()
  const { schema } = at.queryable
  await at.queryable.script(
    `CREATE TABLE "${schema}".chat_notes (chat_id uuid REFERENCES "${schema}".chats, n int)`,
  )
  const reader = await openRowReader(at.queryable, { except: [], prepared: false })
  const names = await broken({ ...at, reader, rows: await reader.read(at.queryable) })
  expect(names).toEqual(['Structure'])
})

test('the isolation of owners is checked with a pin that there is', async () => {
  const at = await ending()
  const [chat] = at.model.chats.values()
  const { agentId } = await makeAgent(at.queryable)
  await push(at.queryable, { agentId, version: 1, resources: [makeFile('/AGENTS.md')] })
  await bind(at.queryable, { chatId: chat!.id, agentId, sharedWorkspace: true })
  // What the law does not look at is of no matter.
  chat!.pins = new Map([['/AGENTS.md', {} as Resource]])
  const operations = {
    ...ownOperations,
    /** A pin that there is is shown to anybody. */
    getPin: async (queryable: Queryable, { chatId, source, ownerId }: PinKey) =>
      (await getPin(queryable, { chatId, source })) ??
      getPin(queryable, { chatId, source, ownerId }),
  }
  const isolation = laws.find(({ name }) => name === 'Isolation')!
  expect(await isolation.atEnd!(at)).toEqual([])
  expect(await isolation.atEnd!({ ...at, operations })).toMatchObject([
    { what: `get a pin of ${chat!.id} for a stranger`, actual: 'an answer' },
  ])
})

test('a law of drift is told of a chat that reads as clean and is not', async () => {
  const at = await ending()
  const [chat] = at.model.chats.values()
  const { agentId } = await makeAgent(at.queryable)
  await push(at.queryable, { agentId, version: 1, resources: [makeFile('/AGENTS.md')] })
  at.model.agents.set(agentId, {
    ...{ id: agentId, buildId: '', deleted: false },
    live: {
      ...{ version: 1, run: null, error: '', receivedAt: chat!.createdAt, ready: true },
      resources: new Map(),
    },
  })
  Object.assign(chat!, { agentId, hydrated: true, dirtySince: chat!.createdAt })
  expect(await broken(at)).toContain('Drift')
})

test('the gate of pushes does not depend on where a row lies', async () => {
  const at = await ending()
  const agents = [await makeAgent(at.queryable), await makeAgent(at.queryable)]
  for (const { agentId } of agents) {
    await push(at.queryable, { agentId, version: 1, resources: [makeFile('/AGENTS.md')] })
  }
  const { agentId } = agents[0]!
  const live = {
    ...{ version: 1, run: null, error: '', receivedAt: '', ready: true, resources: new Map() },
  }
  at.model.agents.set(agentId, { id: agentId, buildId: '', deleted: false, live })
  const read = async () => ({ model: at.model, rows: await at.reader.read(at.queryable) })
  const before = await read()
  const again = { agentId, version: 2, initial: true, resources: [makeFile('/AGENTS.md')] }
  await push(at.queryable, again)
  const after = await read()
  const order = ({ rows }: typeof after) => [
    ...rows.get('workspace_agent_context_snapshots')!.keys(),
  ]
  expect(order(after)).not.toEqual(order(before))
  const gate = laws.find(({ name }) => name === 'Gate')!
  const step = { before, after, move: { push: again }, outcome: {}, predicted: {} }
  expect(gate.afterStep!(step as unknown as HistoryStep)).toEqual([])
})

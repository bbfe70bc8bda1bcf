import { beforeAll, describe, expect, test } from 'vitest'
import {
  archive,
  bind,
  createChat,
  type Database,
  diff,
  getChatContext,
  hydrate,
  listPins,
  push,
  rebindWorkspace,
  refresh,
  unarchive,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { type MadeAgent, makeAgent } from './make-agent.js'
import { makeFile, makeResources } from './make-resources.js'
import { refusal } from './refusal.js'

const half = [makeFile('/shop/AGENTS.md')]
const whole = makeResources(3)
const nothing = { hydrated: [], followed: [], dirtied: [], settled: [] }

describe.each(engineNames)('an agent that is not ready, on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  const starts = (agentId: string, version: number, resources = half) =>
    push(database, { agentId, version, ready: false, resources })

  const stateOf = async (chatId: string) => {
    const { hydrated, dirty, counts } = await getChatContext(database, { chatId })
    return { hydrated, dirty, pins: counts.reduce((sum, { count }) => sum + count, 0) }
  }

  // Each makes a chat without pins that is bound to the agent in the end.
  const waysToBind: [name: string, (agent: MadeAgent) => Promise<string>][] = [
    [
      'createChat',
      async ({ ownerId, agentId }) => {
        await starts(agentId, 1)
        return (await createChat(database, { ownerId, agentId })).chat.id
      },
    ],
    [
      'bind',
      async ({ ownerId, agentId }) => {
        const { chat } = await createChat(database, { ownerId })
        await starts(agentId, 1)
        expect(await bind(database, { chatId: chat.id, agentId })).toMatchObject(nothing)
        return chat.id
      },
    ],
    [
      'rebindWorkspace',
      async ({ ownerId, workspaceId, agentId }) => {
        const { chat } = await createChat(database, { ownerId, workspaceId })
        await starts(agentId, 1)
        expect(await rebindWorkspace(database, { workspaceId, agentId })).toMatchObject(nothing)
        return chat.id
      },
    ],
    [
      'unarchive',
      async ({ ownerId, agentId }) => {
        const { chat } = await createChat(database, { ownerId, agentId })
        await archive(database, { chatId: chat.id })
        await starts(agentId, 1)
        expect(await unarchive(database, { chatId: chat.id })).toMatchObject(nothing)
        return chat.id
      },
    ],
    [
      'hydrate of a chat',
      async ({ ownerId, agentId }) => {
        const { chat } = await createChat(database, { ownerId, agentId })
        await starts(agentId, 1)
        expect(await hydrate(database, { chatId: chat.id })).toStrictEqual(nothing)
        return chat.id
      },
    ],
    [
      'hydrate of an agent',
      async ({ ownerId, agentId }) => {
        const { chat } = await createChat(database, { ownerId, agentId })
        await starts(agentId, 1)
        expect(await hydrate(database, { agentId })).toStrictEqual(nothing)
        return chat.id
      },
    ],
    [
      'push',
      async ({ ownerId, agentId }) => {
        const { chat } = await createChat(database, { ownerId, agentId })
        expect(await starts(agentId, 1)).toStrictEqual({ accepted: true, ...nothing })
        return chat.id
      },
    ],
  ]

  test.each(waysToBind)('%s pins nothing, and the ready push then pins all', async (_, make) => {
    const agent = await makeAgent(database)
    const chatId = await make(agent)
    expect(await stateOf(chatId)).toStrictEqual({ hydrated: false, dirty: false, pins: 0 })
    expect((await diff(database, { chatId })).added).toHaveLength(half.length)
    const chat = { id: chatId, ownerId: agent.ownerId }
    const { hydrated } = await push(database, {
      agentId: agent.agentId,
      version: 2,
      resources: whole,
    })
    expect(hydrated).toStrictEqual([chat])
    expect(await stateOf(chatId)).toStrictEqual({ hydrated: true, dirty: false, pins: 3 })
  })

  test('refreshing is refused with agent_not_ready, by each way to ask for it', async () => {
    const { ownerId, workspaceId, agentId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: whole })
    const { chat } = await createChat(database, { ownerId, agentId, follows: [] })
    const chatId = chat.id
    await starts(agentId, 2)
    const pins = await listPins(database, { chatId })
    await refusal(refresh(database, { chatId }), 'agent_not_ready')
    await refusal(bind(database, { chatId, agentId, refresh: true }), 'agent_not_ready')
    const rebound = rebindWorkspace(database, { workspaceId, agentId, refresh: true })
    await refusal(rebound, 'agent_not_ready')
    expect(await listPins(database, { chatId })).toStrictEqual(pins)
    await push(database, { agentId, version: 3, resources: half })
    expect(await refresh(database, { chatId })).toMatchObject({ added: 1, removed: 3 })
  })

  test('a mark neither comes nor goes, except that binding takes it away', async () => {
    const made = await makeAgent(database)
    const { ownerId, agentId } = made
    const next = await makeAgent(database, made)
    await push(database, { agentId, version: 1, resources: whole })
    const { chat } = await createChat(database, { ownerId, agentId })
    const chatId = chat.id
    const keeps = async (dirty: boolean, resources: typeof half, version: number) => {
      expect(await starts(agentId, version, resources)).toStrictEqual({
        accepted: true,
        ...nothing,
      })
      expect(await hydrate(database, { chatId })).toStrictEqual(nothing)
      await archive(database, { chatId })
      expect(await unarchive(database, { chatId })).toMatchObject(nothing)
      expect((await stateOf(chatId)).dirty).toBe(dirty)
    }
    await keeps(false, half, 2)
    await push(database, { agentId, version: 3, resources: half })
    await keeps(true, whole, 4)
    await starts(next.agentId, 1, whole)
    const bound = await bind(database, { chatId, agentId: next.agentId })
    expect(bound).toMatchObject({ ...nothing, settled: [chat] })
    expect((await stateOf(chatId)).dirty).toBe(false)
  })

  test('is so again after an initial push, and not after a push that is refused', async () => {
    const { ownerId, agentId } = await makeAgent(database)
    await push(database, { agentId, version: 5, resources: whole })
    expect((await starts(agentId, 5)).accepted).toBe(false)
    expect((await createChat(database, { ownerId, agentId })).hydrated).toBe(true)
    await push(database, { agentId, version: 1, initial: true, ready: false, resources: half })
    expect((await createChat(database, { ownerId, agentId })).hydrated).toBe(false)
  })
})

import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  archive,
  createChat,
  type Database,
  getChatContext,
  kindHashes,
  listPins,
  push,
  type RefreshedPart,
  type ResourceInput,
  refresh,
  refreshAgent,
  unpin,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeFile, makeSkill } from './make-resources.js'
import { readChat, readRows } from './read-rows.js'
import { refusal } from './refusal.js'

const [a, b, skill] = [makeFile('/a', 'one'), makeFile('/b', 'one'), makeSkill('s')]
const drifted = [makeFile('/a', 'two'), makeFile('/c', 'two'), { ...skill, sizeBytes: 1 }]

describe.each(engineNames)('refreshing on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  async function makeDrifted(live: readonly ResourceInput[] = drifted) {
    const { agentId, ownerId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: [a, b, skill], snapshotError: 'one' })
    const { chat } = await createChat(database, { ownerId, agentId, follows: ['mcp_server'] })
    await push(database, { agentId, version: 2, resources: live, snapshotError: 'two' })
    return { agentId, ownerId, chat, chatId: chat.id }
  }

  const sourcesOf = async (chatId: string) => {
    const pins = await listPins(database, { chatId, bodies: true })
    return pins.map(({ source, body }) => `${source} ${atob(String(body.content ?? ''))}`.trim())
  }

  async function expectHashes(chatId: string) {
    const { context_hashes: hashes } = await readChat(database, chatId)
    expect(hashes).toStrictEqual(await kindHashes(await listPins(database, { chatId })))
  }

  test.each<[string, RefreshedPart, string[], number[], boolean]>([
    ['one source', { sources: ['/a'] }, ['/a two', '/b one'], [0, 1, 0], true],
    ['one that is new', { sources: ['/c'] }, ['/a one', '/b one', '/c two'], [1, 0, 0], true],
    ['one that is gone', { sources: ['/b'] }, ['/a one'], [0, 0, 1], true],
    [
      'the sources that differ',
      { sources: ['/c', '/b', '/a', '/a'] },
      ['/a two', '/c two'],
      [1, 1, 1],
      false,
    ],
    ['a kind', { kinds: ['instruction_file'] }, ['/a two', '/c two'], [1, 1, 1], false],
    ['another kind', { kinds: ['skill', 'skill'] }, ['/a one', '/b one'], [0, 1, 0], true],
    ['nothing', { sources: [], kinds: [] }, ['/a one', '/b one'], [0, 0, 0], true],
  ])('%s replaces just that, and settles', async (_, only, sources, counts, dirty) => {
    const { chat, chatId } = await makeDrifted()
    const { aggregateHash, ...done } = await refresh(database, { chatId, only })
    const [added, replaced, removed] = counts
    expect(done).toStrictEqual({ chat, added, replaced, removed })
    const found = await sourcesOf(chatId)
    expect(found.filter((one) => !one.includes('skills'))).toStrictEqual(sources)
    const context = await getChatContext(database, { chatId })
    expect(context).toMatchObject({ dirty, aggregateHash, error: 'one' })
    await expectHashes(chatId)
  })

  test('a source that has another kind by now is meant by both kinds', async () => {
    const moved = { ...makeSkill('m'), source: '/a' }
    for (const kind of ['instruction_file', 'skill'] as const) {
      const { chatId } = await makeDrifted([moved, b])
      await refresh(database, { chatId, only: { kinds: [kind] } })
      const pins = await listPins(database, { chatId })
      expect(pins.find(({ source }) => source === '/a')!.kind).toBe('skill')
      await expectHashes(chatId)
    }
  })

  test('a part of a chat lets it follow, and keeps the rows of all other pins', async () => {
    const server = makeFile('mcp:late', 'x', { kind: 'mcp_server', body: { server_name: 'late' } })
    const { agentId, chatId } = await makeDrifted()
    await archive(database, { chatId })
    await push(database, { agentId, version: 3, resources: [...drifted, server] })
    const before = await readRows(database, 'chat_context_resources', 'chat_id', chatId)
    await refresh(database, { chatId, only: { sources: ['/a'] } })
    const after = await readRows(database, 'chat_context_resources', 'chat_id', chatId)
    const kept = before.filter(({ source }) => source !== '/a')
    for (const row of kept) expect(after).toContainEqual(row)
    expect(await sourcesOf(chatId)).toHaveLength(3)
    const { chatId: open } = await makeDrifted([...drifted, server])
    await refresh(database, { chatId: open, only: { sources: ['/a'] } })
    expect(await sourcesOf(open)).toContain('mcp:late')
  })

  test('a part of a chat without pins hydrates it whole', async () => {
    const { chatId } = await makeDrifted()
    await unpin(database, { chatId })
    const done = await refresh(database, { chatId, only: { sources: ['/a'] } })
    expect(done).toMatchObject({ added: 3, replaced: 0, removed: 0 })
    expect(await getChatContext(database, { chatId })).toMatchObject({ dirty: false, error: 'two' })
  })

  test('an unknown source, no part, and an agent that is starting are refused', async () => {
    const { agentId, ownerId, chatId } = await makeDrifted()
    const only = (part: RefreshedPart) => refresh(database, { chatId, only: part })
    const loose = (await createChat(database, { ownerId })).chat.id
    const before = await digestRows(database)
    const unknown = await refusal(only({ sources: ['/a', '/nowhere'] }), 'source_not_found')
    expect(unknown.message).toContain('only.sources[1]')
    expect(unknown.message).toContain('"/nowhere"')
    await refusal(only({}), 'invalid_input')
    const unbound = refresh(database, { chatId: loose, only: { kinds: ['skill'] } })
    await refusal(unbound, 'no_live_context')
    expect(await digestRows(database)).toStrictEqual(before)
    await push(database, { agentId, version: 3, ready: false, resources: drifted })
    await refusal(only({ kinds: ['skill'] }), 'agent_not_ready')
    await unpin(database, { chatId })
    await refusal(only({ sources: ['/nowhere'] }), 'agent_not_ready')
  })

  test('an agent refreshes all its unarchived chats', async () => {
    const { agentId, ownerId, chat } = await makeDrifted()
    const [away, bare] = [
      (await createChat(database, { ownerId, agentId })).chat,
      (await createChat(database, { ownerId, agentId })).chat,
    ]
    await archive(database, { chatId: away.id })
    await push(database, { agentId, version: 3, resources: [a] })
    await unpin(database, { chatId: bare.id })
    const done = await refreshAgent(database, { agentId })
    expect(done).toStrictEqual({
      ...{ refreshed: [chat], hydrated: [bare] },
      ...{ added: 1, replaced: 0, removed: 2 },
    })
    expect(await sourcesOf(chat.id)).toStrictEqual(['/a one'])
    expect(await sourcesOf(away.id)).toHaveLength(3)
    const again = await refreshAgent(database, { agentId })
    expect(again).toMatchObject({ added: 0, replaced: 0, removed: 0 })
  })

  test('an agent without chats refreshes none, and one that is not ready is refused', async () => {
    const { agentId } = await makeAgent(database)
    expect(await refreshAgent(database, { agentId })).toMatchObject({ refreshed: [], hydrated: [] })
    await refusal(refreshAgent(database, { agentId: randomUUID() }), 'agent_not_found')
    const { agentId: silent, ownerId } = await makeAgent(database)
    await createChat(database, { ownerId, agentId: silent })
    await refusal(refreshAgent(database, { agentId: silent }), 'no_live_context')
    await push(database, { agentId: silent, version: 1, ready: false, resources: [] })
    await refusal(refreshAgent(database, { agentId: silent }), 'agent_not_ready')
  })
})

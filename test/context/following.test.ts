import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  archive,
  type BodyKind,
  bind,
  createChat,
  type Database,
  getChatContext,
  kindHashes,
  listPins,
  push,
  type ResourceInput,
  setFollows,
  unarchive,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeFile, makeSkill } from './make-resources.js'
import { readChat, readRows } from './read-rows.js'
import { refusal } from './refusal.js'

const server = (tag: string, changes: Partial<ResourceInput> = {}) =>
  makeFile('mcp:tides', tag, { kind: 'mcp_server', body: { server_name: tag }, ...changes })
const file = (tag: string) => makeFile('/shop/AGENTS.md', tag)
const nothing = { hydrated: [], followed: [], dirtied: [], settled: [] }

describe.each(engineNames)('following on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  /** An agent that pushed, and a chat of it; each further push has the next version. */
  async function makeFollowing(resources: readonly ResourceInput[], follows?: readonly BodyKind[]) {
    const made = await makeAgent(database)
    const { agentId, ownerId } = made
    let version = 1
    await push(database, { agentId, version, resources })
    const { chat } = await createChat(database, { ownerId, agentId, follows })
    const next = async (resources: readonly ResourceInput[], now?: string) => {
      version += 1
      const { accepted, ...changes } = await push(database, { agentId, version, resources, now })
      expect(accepted).toBe(true)
      return changes
    }
    return { ...made, chat, chatId: chat.id, next }
  }

  const bodiesOf = async (chatId: string) => {
    const pins = await listPins(database, { chatId, bodies: true })
    return Object.fromEntries(pins.map(({ source, body }) => [source, body]))
  }

  /** The hashes that a chat has are those of its pins. */
  async function expectHashes(chatId: string) {
    const { context_hashes: hashes } = await readChat(database, chatId)
    expect(hashes).toStrictEqual(await kindHashes(await listPins(database, { chatId })))
  }

  test('an MCP server that starts late makes no chat dirty, and its row is there', async () => {
    const { chat, chatId, next } = await makeFollowing([file('one')])
    const before = await readRows(database, 'chat_context_resources', 'chat_id', chatId)
    expect(await next([file('one'), server('late')])).toStrictEqual({
      ...nothing,
      followed: [chat],
    })
    const pins = await listPins(database, { chatId })
    expect(pins.map(({ source }) => source)).toStrictEqual(['/shop/AGENTS.md', 'mcp:tides'])
    const after = await readRows(database, 'chat_context_resources', 'chat_id', chatId)
    expect(after).toContainEqual(before[0])
    expect(await getChatContext(database, { chatId })).toMatchObject({
      ...{ dirty: false, dirtyKinds: [], live: 'ready', follows: ['mcp_config', 'mcp_server'] },
    })
    await expectHashes(chatId)
    expect(await next([file('one')])).toStrictEqual({ ...nothing, followed: [chat] })
    expect(await listPins(database, { chatId })).toHaveLength(1)
  })

  test('a push that changes both kinds marks the chat for the pinned one only', async () => {
    const { chat, chatId, next } = await makeFollowing([file('one'), server('one')])
    const now = '2026-02-01T00:00:00.000Z'
    const changes = await next([file('two'), server('two')], now)
    expect(changes).toStrictEqual({ ...nothing, followed: [chat], dirtied: [chat] })
    const context = await getChatContext(database, { chatId })
    expect(context).toMatchObject({ dirtyKinds: ['instruction_file'], dirtySince: new Date(now) })
    expect((await bodiesOf(chatId))['mcp:tides']).toStrictEqual({ server_name: 'two' })
    expect(await next([file('one'), server('two')])).toStrictEqual({ ...nothing, settled: [chat] })
    await expectHashes(chatId)
  })

  test('chats of one agent follow what each of them follows', async () => {
    const { agentId, ownerId, chat, next } = await makeFollowing([file('one'), server('one')])
    const make = async (follows: readonly BodyKind[]) =>
      (await createChat(database, { ownerId, agentId, follows })).chat
    const frozen = await make([])
    const free = await make(['mcp_server', 'instruction_file', 'skill', 'instruction_file'])
    const changes = await next([file('two'), server('two'), makeSkill('new')])
    const order = (chats: { id: string }[]) => chats.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(changes).toStrictEqual({
      ...nothing,
      followed: order([chat, free]),
      dirtied: order([chat, frozen]),
    })
    const kinds = async ({ id }: { id: string }) =>
      (await getChatContext(database, { chatId: id })).dirtyKinds
    expect(await kinds(frozen)).toStrictEqual(['instruction_file', 'skill', 'mcp_server'])
    expect(await kinds(chat)).toStrictEqual(['instruction_file', 'skill'])
    expect(await kinds(free)).toStrictEqual([])
    expect(await listPins(database, { chatId: free.id })).toHaveLength(3)
    for (const { id } of [chat, frozen, free]) await expectHashes(id)
  })

  test('what is followed is set for a chat, follows at once, and stays when it is no longer', async () => {
    const { chat, chatId, next } = await makeFollowing([file('one'), server('one')], [])
    expect(await next([file('two'), server('two')])).toStrictEqual({ ...nothing, dirtied: [chat] })
    const set = (follows: readonly BodyKind[]) => setFollows(database, { chatId, follows })
    const servers = await set(['mcp_server'])
    expect(servers).toStrictEqual({ ...nothing, chat, follows: ['mcp_server'], followed: [chat] })
    expect((await bodiesOf(chatId))['mcp:tides']).toStrictEqual({ server_name: 'two' })
    const all = await set(['mcp_server', 'instruction_file'])
    const follows = ['instruction_file', 'mcp_server']
    expect(all).toStrictEqual({ ...nothing, chat, follows, followed: [chat], settled: [chat] })
    const before = await readRows(database, 'chat_context_resources', 'chat_id', chatId)
    expect(await set([])).toStrictEqual({ ...nothing, chat, follows: [] })
    expect(await readRows(database, 'chat_context_resources', 'chat_id', chatId)).toStrictEqual(
      before,
    )
    expect(await next([file('three')])).toStrictEqual({ ...nothing, dirtied: [chat] })
    await expectHashes(chatId)
  })

  test('a source keeps the pin of a kind that is pinned, whatever the agent has there now', async () => {
    const { chat, chatId, next } = await makeFollowing([file('one'), server('one')])
    const moved = server('other', { source: '/shop/AGENTS.md' })
    const changes = await next([moved, server('two')])
    expect(changes).toStrictEqual({ ...nothing, followed: [chat], dirtied: [chat] })
    expect(await bodiesOf(chatId)).toStrictEqual({
      '/shop/AGENTS.md': file('one').body,
      'mcp:tides': { server_name: 'two' },
    })
    await expectHashes(chatId)
    expect(await next([moved, server('two')])).toStrictEqual(nothing)
    expect(await next([file('one'), server('two')])).toStrictEqual({ ...nothing, settled: [chat] })
    await expectHashes(chatId)
  })

  test('an archived chat follows once it is unarchived, and a bound one its new agent', async () => {
    const { chat, chatId, next } = await makeFollowing([file('one'), server('one')])
    await archive(database, { chatId })
    expect(await next([file('one'), server('two')])).toStrictEqual(nothing)
    const back = await unarchive(database, { chatId })
    expect(back).toMatchObject({ ...nothing, followed: [chat] })
    const other = await makeFollowing([file('one'), server('three')])
    const bound = await bind(database, {
      ...{ chatId, agentId: other.agentId },
      sharedWorkspace: true,
    })
    expect(bound).toMatchObject({ ...nothing, followed: [chat] })
    expect((await bodiesOf(chatId))['mcp:tides']).toStrictEqual({ server_name: 'three' })
    await bind(database, { chatId, agentId: null })
    expect(await listPins(database, { chatId })).toHaveLength(2)
    await expectHashes(chatId)
  })

  test('a push leaves chats alone whose followed kinds are as before', async () => {
    const { chatId, next } = await makeFollowing([file('one'), server('one')])
    const read = async () => [
      await readRows(database, 'chats', 'id', chatId),
      await readRows(database, 'chat_context_resources', 'chat_id', chatId),
    ]
    const before = await read()
    expect(await next([server('one'), file('one')])).toStrictEqual(nothing)
    expect(await read()).toStrictEqual(before)
  })

  test('reserved and unknown kinds, and strangers, are refused', async () => {
    const { chatId, ownerId, agentId } = await makeFollowing([file('one')])
    const before = await digestRows(database)
    for (const kind of ['plugin', 'hook', 'subagent', 'command', 'resource']) {
      const follows = ['skill', kind] as BodyKind[]
      const made = await refusal(
        createChat(database, { ownerId, agentId, follows }),
        'invalid_input',
      )
      expect(made.message).toContain('follows[1]')
      await refusal(setFollows(database, { chatId, follows }), 'invalid_input')
    }
    const stranger = { chatId, ownerId: agentId, follows: [] }
    await refusal(setFollows(database, stranger), 'chat_not_found')
    expect(await digestRows(database)).toStrictEqual(before)
  })
})

import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  archive,
  bind,
  createChat,
  type Database,
  getChatContext,
  hydrate,
  listPins,
  push,
  rebindWorkspace,
  refresh,
  unarchive,
  unpin,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'
import { readChat } from './read-rows.js'
import { refusal } from './refusal.js'

const none = {
  ...{ refreshed: [], hydrated: [], followed: [], dirtied: [], settled: [] },
  isCurrentBuild: true,
}
const toNone = { ...none, isCurrentBuild: null }
/** The owner of all agents, unless a test says another. */
const ownerId = randomUUID()
const nothing = { hydrated: [], followed: [], dirtied: [], settled: [] }

describe.each(engineNames)('binding and archiving on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  /** An agent that pushed three resources, whose contents the tag decides. */
  async function makePushed(tag: string, workspaceId?: string) {
    const made = await makeAgent(database, { ownerId, ...(workspaceId && { workspaceId }) })
    await push(database, { agentId: made.agentId, version: 1, resources: makeResources(3, tag) })
    return made
  }
  /** A chat that pins all kinds. */
  const make = async (ownerId: string, agentId?: string) =>
    (await createChat(database, { ownerId, follows: [], ...(agentId && { agentId }) })).chat
  const placeOf = async (chatId: string) => {
    const { workspace_id, build_id, agent_id } = await readChat(database, chatId)
    return [workspace_id, build_id, agent_id]
  }

  test('binding moves a chat and not its pins, and marks and clears the drift', async () => {
    const one = await makePushed('one')
    const [two, same] = [await makePushed('two'), await makePushed('one')]
    const chat = await make(one.ownerId, one.agentId)
    const chatId = chat.id
    const pins = await listPins(database, { chatId, bodies: true })
    const now = '2026-01-01T00:00:00.000Z'
    const bound = await bind(database, { chatId, agentId: two.agentId, now })
    expect(bound).toStrictEqual({ ...none, bound: [chat], dirtied: [chat] })
    expect(await placeOf(chatId)).toStrictEqual([two.workspaceId, two.buildId, two.agentId])
    const dirty = await getChatContext(database, { chatId })
    expect(dirty).toMatchObject({ dirty: true, dirtySince: new Date(now) })
    const back = await bind(database, { chatId, agentId: same.agentId })
    expect(back).toStrictEqual({ ...none, bound: [chat], settled: [chat] })
    await bind(database, { chatId, agentId: two.agentId })
    const loose = await bind(database, { chatId, agentId: null })
    expect(loose).toStrictEqual({ ...toNone, bound: [chat], settled: [chat] })
    expect(await placeOf(chatId)).toStrictEqual([null, null, null])
    expect((await readChat(database, chatId)).context_dirty_since).toBeNull()
    expect(await listPins(database, { chatId, bodies: true })).toStrictEqual(pins)
  })

  test('binding to an agent without a snapshot clears the mark', async () => {
    const [one, silent] = [await makePushed('one'), await makeAgent(database, { ownerId })]
    const chat = await make(one.ownerId, one.agentId)
    await push(database, { agentId: one.agentId, version: 2, resources: [] })
    const bound = await bind(database, { chatId: chat.id, agentId: silent.agentId })
    expect(bound).toStrictEqual({ ...none, bound: [chat], settled: [chat] })
    expect((await readChat(database, chat.id)).context_dirty_since).toBeNull()
  })

  test('binding hydrates a chat without pins, or refreshes one when asked to', async () => {
    const [one, two] = [await makePushed('one'), await makePushed('two')]
    const chat = await make(one.ownerId)
    const first = await bind(database, { chatId: chat.id, agentId: one.agentId })
    expect(first).toStrictEqual({ ...none, bound: [chat], hydrated: [chat] })
    const second = await bind(database, { chatId: chat.id, agentId: two.agentId, refresh: true })
    expect(second).toStrictEqual({ ...none, bound: [chat], refreshed: [chat] })
    const found = (await listPins(database, { chatId: chat.id })).map(({ sizeBytes }) => sizeBytes)
    expect(found.toSorted()).toStrictEqual(
      makeResources(3, 'two')
        .map(({ sizeBytes }) => sizeBytes)
        .toSorted(),
    )
    expect((await getChatContext(database, { chatId: chat.id })).dirty).toBe(false)
  })

  test('binding is refused to agents not to be had, and to refresh from nothing', async () => {
    const { agentId, workspaceId } = await makePushed('one')
    const [gone, silent] = [await makePushed('gone'), await makeAgent(database, { ownerId })]
    const chat = await make(ownerId, agentId)
    const agents = `"${database.schema}".workspace_agents`
    await database.query(`UPDATE ${agents} SET deleted = true WHERE id = $1`, [gone.agentId])
    const before = await digestRows(database)
    const key = { chatId: chat.id }
    for (const [id, refresh, code] of [
      [gone.agentId, false, 'agent_deleted'],
      [ownerId, false, 'agent_not_found'],
      [silent.agentId, true, 'no_live_context'],
      [null, true, 'no_live_context'],
    ] as const) {
      await refusal(bind(database, { ...key, agentId: id, refresh }), code)
      await refusal(rebindWorkspace(database, { workspaceId, agentId: id, refresh }), code)
    }
    await refusal(createChat(database, { ownerId, agentId: gone.agentId }), 'agent_deleted')
    await refusal(createChat(database, { ownerId, agentId: ownerId }), 'agent_not_found')
    await refusal(createChat(database, { ownerId, workspaceId: ownerId }), 'workspace_not_found')
    await refusal(createChat(database, { ownerId, workspaceId, agentId }), 'invalid_input')
    await refusal(hydrate(database, { agentId: ownerId }), 'agent_not_found')
    expect(await digestRows(database)).toStrictEqual(before)
  })

  test.each([false, true])(
    'rebinding moves all unarchived chats of a workspace, refresh: %s',
    async (refreshing) => {
      const one = await makePushed('one')
      const { workspaceId } = one
      const next = await makePushed('two', workspaceId)
      const [hydrated, away] = [await make(ownerId, one.agentId), await make(ownerId, one.agentId)]
      const bare = (await createChat(database, { ownerId, workspaceId })).chat
      const elsewhere = await make(ownerId, (await makePushed('one')).agentId)
      await archive(database, { chatId: away.id })
      const places = [await placeOf(away.id), await placeOf(elsewhere.id)]
      const params = { workspaceId, agentId: next.agentId, refresh: refreshing }
      const { bound, ...done } = await rebindWorkspace(database, params)
      const byId = [hydrated, bare].toSorted((a, b) => (a.id < b.id ? -1 : 1))
      expect(bound).toStrictEqual(byId)
      const changed = refreshing ? { refreshed: [hydrated] } : { dirtied: [hydrated] }
      expect(done).toStrictEqual({ ...none, hydrated: [bare], ...changed })
      for (const { id } of bound) {
        expect(await placeOf(id)).toStrictEqual([workspaceId, next.buildId, next.agentId])
      }
      expect([await placeOf(away.id), await placeOf(elsewhere.id)]).toStrictEqual(places)
      const off = await rebindWorkspace(database, { workspaceId, agentId: null })
      expect(off.bound).toStrictEqual(byId)
      expect(await placeOf(bare.id)).toStrictEqual([null, null, null])
      const again = await rebindWorkspace(database, { workspaceId, agentId: null })
      expect(again).toStrictEqual({ ...toNone, bound: [] })
    },
  )

  test("an agent of another owner's workspace is refused, unless the workspace is shared", async () => {
    const other = { agentId: (await makePushed('one')).agentId }
    const foreign = await makeAgent(database)
    const chat = await make(foreign.ownerId, foreign.agentId)
    const { workspaceId } = foreign
    const before = await digestRows(database)
    const refuse = (call: Promise<unknown>) => refusal(call, 'workspace_not_owned')
    await refuse(createChat(database, { ownerId, agentId: foreign.agentId }))
    await refuse(createChat(database, { ownerId, workspaceId }))
    await refuse(bind(database, { chatId: chat.id, ...other }))
    const { message } = await refuse(rebindWorkspace(database, { workspaceId, ...other }))
    expect(message).toContain('sharedWorkspace: true')
    expect(await digestRows(database)).toStrictEqual(before)
    const sharedWorkspace = true
    await createChat(database, { ownerId, agentId: foreign.agentId, sharedWorkspace })
    await createChat(database, { ownerId, workspaceId, sharedWorkspace })
    // All of these are in the workspace already.
    const { bound } = await rebindWorkspace(database, { workspaceId, agentId: foreign.agentId })
    expect(bound).toHaveLength(3)
    await bind(database, { chatId: chat.id, ...other, sharedWorkspace })
    await rebindWorkspace(database, { workspaceId, ...other, sharedWorkspace })
  })

  test('an agent of an earlier build is accepted, and reported', async () => {
    const { agentId, workspaceId } = await makePushed('one')
    const first = await createChat(database, { ownerId, agentId })
    expect(first.isCurrentBuild).toBe(true)
    const next = await makePushed('two', workspaceId)
    const late = await createChat(database, { ownerId, agentId })
    expect(late).toMatchObject({ hydrated: true, isCurrentBuild: false })
    expect((await createChat(database, { ownerId, workspaceId })).isCurrentBuild).toBeNull()
    const chatId = first.chat.id
    expect(await bind(database, { chatId, agentId })).toMatchObject({ isCurrentBuild: false })
    const moved = await rebindWorkspace(database, { workspaceId, agentId: next.agentId })
    expect(moved.isCurrentBuild).toBe(true)
  })

  test('an archived chat is bound and read as clean, and unarchiving settles it', async () => {
    const [one, two] = [await makePushed('one'), await makePushed('two')]
    const chat = await make(one.ownerId, one.agentId)
    const chatId = chat.id
    await push(database, { agentId: one.agentId, version: 2, resources: [] })
    const { context_dirty_since: mark } = await readChat(database, chatId)
    expect(await archive(database, { chatId })).toStrictEqual({ chat, changed: true })
    expect(await archive(database, { chatId })).toStrictEqual({ chat, changed: false })
    expect((await readChat(database, chatId)).context_dirty_since).toStrictEqual(mark)
    const clean = { dirty: false, dirtySince: null }
    expect(await getChatContext(database, { chatId })).toMatchObject(clean)
    const bound = await bind(database, { chatId, agentId: two.agentId })
    expect(bound).toStrictEqual({ ...none, bound: [chat] })
    await bind(database, { chatId, agentId: (await makePushed('one')).agentId })
    const back = await unarchive(database, { chatId })
    expect(back).toStrictEqual({ ...nothing, chat, changed: true, settled: [chat] })
    expect(await unarchive(database, { chatId })).toStrictEqual({
      ...nothing,
      chat,
      changed: false,
    })
  })

  test('a push passes over archived chats, which unarchiving hydrates', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const chat = await make(ownerId, agentId)
    const chatId = chat.id
    await archive(database, { chatId })
    expect(
      await push(database, { agentId, version: 1, resources: makeResources(2) }),
    ).toMatchObject(nothing)
    expect(await hydrate(database, { agentId })).toStrictEqual(nothing)
    expect(await hydrate(database, { chatId })).toStrictEqual(nothing)
    const back = await unarchive(database, { chatId })
    expect(back).toStrictEqual({ ...nothing, chat, changed: true, hydrated: [chat] })
    expect(await listPins(database, { chatId })).toHaveLength(2)
  })

  test('unpinning clears hash, mark and error, and the next push hydrates again', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: makeResources(3), snapshotError: 'e' })
    const chat = await make(ownerId, agentId)
    const chatId = chat.id
    await push(database, { agentId, version: 2, resources: makeResources(1), snapshotError: 'f' })
    expect(await unpin(database, { chatId })).toStrictEqual({ chat, removed: 3 })
    const cleared = { context_hashes: null, context_dirty_since: null, context_error: '' }
    expect(await readChat(database, chatId)).toMatchObject(cleared)
    expect(await unpin(database, { chatId })).toStrictEqual({ chat, removed: 0 })
    const pushed = await push(database, { agentId, version: 3, resources: makeResources(1) })
    expect(pushed).toMatchObject({ ...nothing, hydrated: [chat] })
    await unpin(database, { chatId })
    expect(await hydrate(database, { chatId })).toStrictEqual({ ...nothing, hydrated: [chat] })
    expect(await hydrate(database, { chatId })).toStrictEqual(nothing)
    const snapshots = `"${database.schema}".workspace_agent_context_snapshots`
    await database.query(
      `UPDATE ${snapshots} SET kind_hashes = '{"skill": ""}' WHERE workspace_agent_id = $1`,
      [agentId],
    )
    expect(await hydrate(database, { agentId })).toStrictEqual({ ...nothing, dirtied: [chat] })
    await refresh(database, { chatId })
    expect((await getChatContext(database, { chatId })).dirty).toBe(false)
  })
})

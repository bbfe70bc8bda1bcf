import { beforeAll, describe, expect, test } from 'vitest'
import { mirroredColumns } from '../../src/context/mirrored-columns.js'
import { digestRows } from '../../src/harness/digest-rows.js'
import { fillChat } from '../../src/harness/fill-chat.js'
import {
  addMessages,
  archive,
  bind,
  createChat,
  type Database,
  deleteChat,
  getChatContext,
  hydrate,
  listPins,
  prompt,
  purge,
  push,
  rebindWorkspace,
  refresh,
  unpin,
} from '../../src/index.js'
import { readCatalog, readChatScopedTables } from '../../src/migrations/read-catalog.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'
import { makeWorld } from './make-world.js'
import { readChat, readRows } from './read-rows.js'

describe.each(engineNames)('the laws on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  let columns: Map<string, string>
  beforeAll(async () => {
    database = await engine.install()
    const scoped = await readChatScopedTables(database)
    columns = new Map(scoped.map(({ table, column }) => [table, column]))
    columns.set('chats', 'id')
  })

  const pinsOf = (chatId: string) => readRows(database, 'chat_context_resources', 'chat_id', chatId)
  const liveOf = (agentId: string) =>
    readRows(database, 'workspace_agent_context_resources', 'workspace_agent_id', agentId)
  const sql = (text: string, values: unknown[]) =>
    database.query(text.replaceAll('%', `"${database.schema}".`), values)

  /** The rows of one chat in every chat-scoped table, the chat itself included. */
  async function digestOfChat(chatId: string) {
    return await digestRows(database, {
      only: (table) => {
        const column = columns.get(table)
        return column ? { where: `"${column}" = $1`, values: [chatId] } : undefined
      },
    })
  }

  const rowsIn = (digest: Record<string, { rows: number }>) =>
    Object.entries(digest).map(([table, { rows }]) => [table, rows])

  /** Everything that must not change about a hydrated chat, to the last bit. */
  const keepsakeOf = async (chatId: string) => ({
    pins: await pinsOf(chatId),
    hash: (await readChat(database, chatId)).context_aggregate_hash,
    prompt: await prompt(database, { chatId }),
  })

  test('stability: nothing but refresh, unpin, delete and purge changes a pin', async () => {
    const { agentId, chatId, next, workspaceId } = await makeWorld(database)
    const before = await keepsakeOf(chatId)
    expect(before.pins.length).toBeGreaterThan(5)
    for (const ready of [true, false]) {
      const resources = makeResources(9, `${ready}`)
      await push(database, { agentId, version: 1, initial: true, ready, resources })
    }
    await push(database, { agentId, version: 9, resources: [] })
    await hydrate(database, { agentId })
    await hydrate(database, { chatId })
    await bind(database, { chatId, agentId: next.agentId })
    await bind(database, { chatId, agentId: null })
    await bind(database, { chatId, agentId })
    await rebindWorkspace(database, { workspaceId, agentId: next.agentId })
    await archive(database, { chatId })
    await addMessages(database, { chatId, messages: [{ role: 'user', content: 'x' }] })
    await sql('UPDATE %chat_messages SET compressed = true, deleted = true WHERE chat_id = $1', [
      chatId,
    ])
    expect(await keepsakeOf(chatId)).toStrictEqual(before)
  })

  test.each([
    ['soft deletion of the agent', 'UPDATE %workspace_agents SET deleted = true WHERE id = $1'],
    ['soft deletion of the workspace', 'UPDATE %workspaces SET deleted = true WHERE id = $2'],
    ['deletion of the agent', 'DELETE FROM %workspace_agents WHERE id = $1'],
    ['deletion of the build', 'DELETE FROM %workspace_builds WHERE id = $3'],
    ['deletion of the workspace', 'DELETE FROM %workspaces WHERE id = $2'],
  ])('survival: %s leaves pins, pinned hash and prompt', async (_, text) => {
    const { agentId, workspaceId, buildId, chatId } = await makeWorld(database)
    const before = await keepsakeOf(chatId)
    const { context_dirty_since } = await readChat(database, chatId)
    const all = `WITH ids AS (SELECT $1::uuid, $2::uuid, $3::uuid) ${text}`
    await sql(all, [agentId, workspaceId, buildId])
    expect(await keepsakeOf(chatId)).toStrictEqual(before)
    const after = await readChat(database, chatId)
    expect(after.context_dirty_since).toStrictEqual(context_dirty_since)
    const { dirty, hydrated } = await getChatContext(database, { chatId })
    expect({ dirty, hydrated }).toStrictEqual({ dirty: after.agent_id !== null, hydrated: true })
  })

  test('fidelity: after hydrating and refreshing, pins mirror the live context', async () => {
    const { agentId, chatId } = await makeWorld(database)
    const mirror = (rows: object[]) =>
      rows
        .map((row) =>
          JSON.stringify(
            ['source', ...mirroredColumns].map((name) => [
              name,
              String(Object.entries(row).find(([key]) => key === name)![1]),
            ]),
          ),
        )
        .toSorted()
    await refresh(database, { chatId })
    expect(mirror(await pinsOf(chatId))).toStrictEqual(mirror(await liveOf(agentId)))
    await push(database, { agentId, version: 7, resources: makeResources(20) })
    await refresh(database, { chatId })
    expect(mirror(await pinsOf(chatId))).toStrictEqual(mirror(await liveOf(agentId)))
    await unpin(database, { chatId })
    await hydrate(database, { chatId })
    expect(mirror(await pinsOf(chatId))).toStrictEqual(mirror(await liveOf(agentId)))
  })

  test('fidelity: a pin has the columns of a live resource, in their order', async () => {
    const { tables } = await readCatalog(database)
    const [pins, live] = ['chat_context_resources', 'workspace_agent_context_resources'].map(
      (name) => tables.find((table) => table.name === name)!.columns.slice(1),
    )
    const plain = (columns: typeof pins) =>
      columns!.map(({ name, type, nullable, hasDefault }) => ({ name, type, nullable, hasDefault }))
    expect(plain(pins)).toStrictEqual(plain(live))
    const names = pins!.map(({ name }) => name)
    expect(names).toStrictEqual(['source', ...mirroredColumns, 'created_at', 'updated_at'])
  })

  test.each(['deleteChat', 'purge'])(
    'cascade and isolation: after %s no row of the chat is left, and all of another',
    async (name) => {
      const { chatId, archivedId, ownerId, agentId } = await makeWorld(database)
      const { chat: other } = await createChat(database, { ownerId, agentId })
      const filled = await fillChat(database, other.id)
      for (const id of [chatId, archivedId]) await fillChat(database, id)
      expect(filled.filter((table) => columns.has(table)).length).toBeGreaterThan(5)
      const before = await digestOfChat(other.id)
      expect(rowsIn(before).filter(([, rows]) => rows === 0)).toStrictEqual([])
      const files = (await digestRows(database)).chat_files
      if (name === 'deleteChat') await deleteChat(database, { chatId: archivedId, ownerId })
      else await purge(database, { before: '2020-01-01T00:00:00.000001Z' })
      const left = rowsIn(await digestOfChat(archivedId))
      expect(left).toStrictEqual([...columns.keys()].toSorted().map((table) => [table, 0]))
      expect(await digestOfChat(other.id)).toStrictEqual(before)
      expect((await digestRows(database)).chat_files).toStrictEqual(files)
    },
  )

  test('isolation: what is done to one chat leaves every row of another', async () => {
    const { chatId, ownerId, agentId, next } = await makeWorld(database)
    const { chat: other } = await createChat(database, { ownerId, agentId })
    await fillChat(database, other.id)
    const before = await digestOfChat(other.id)
    await refresh(database, { chatId })
    await bind(database, { chatId, agentId: next.agentId, refresh: true })
    await unpin(database, { chatId })
    await hydrate(database, { chatId })
    await archive(database, { chatId })
    await addMessages(database, { chatId, messages: [{ role: 'tool' }] })
    await deleteChat(database, { chatId })
    expect(await digestOfChat(other.id)).toStrictEqual(before)
  })

  test('idempotence: the same push again writes or locks no resource and no pin', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const resources = makeResources(30)
    await push(database, { agentId, version: 1, resources })
    const { chat } = await createChat(database, { ownerId, agentId })
    const rows = async () => ({
      live: await liveOf(agentId),
      pins: await pinsOf(chat.id),
      chats: await readRows(database, 'chats', 'id', chat.id),
    })
    const before = await rows()
    expect(before.live.length + before.pins.length).toBe(60)
    await push(database, { agentId, version: 2, resources: resources.toReversed() })
    await push(database, { agentId, version: 2, initial: true, resources })
    await hydrate(database, { agentId })
    expect(await rows()).toStrictEqual(before)
    // A refresh that finds nothing new writes no pin either, and locks the chat alone.
    await refresh(database, { chatId: chat.id })
    expect((await rows()).pins).toStrictEqual(before.pins)
  })

  test('gate: an initial push of what is stored changes version and time alone', async () => {
    const { agentId } = await makeAgent(database)
    const resources = makeResources(5)
    await push(database, { agentId, version: 8, resources, snapshotError: 'e' })
    const { workspace_agent_context_snapshots: _, ...before } = await digestRows(database)
    const now = new Date('2026-01-01T00:00:00Z')
    await push(database, { agentId, version: 1, initial: true, resources, snapshotError: 'e', now })
    const { workspace_agent_context_snapshots: __, ...after } = await digestRows(database)
    expect(after).toStrictEqual(before)
    const [head] = await readRows(
      database,
      'workspace_agent_context_snapshots',
      'workspace_agent_id',
      agentId,
    )
    expect(head).toMatchObject({ version: 1n, received_at: now, snapshot_error: 'e' })
  })

  test('an unhydrated chat has no pins, and listing them says so', async () => {
    const { ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId })
    expect(await listPins(database, { chatId: chat.id })).toStrictEqual([])
  })
})

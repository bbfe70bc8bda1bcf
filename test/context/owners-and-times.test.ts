import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import { addMessages, createChat, type Database, getChatContexts, push } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'
import { goodCalls, makeWorld } from './make-world.js'
import { call, type OperationName } from './operations.js'
import { readChat, readRows } from './read-rows.js'
import { refusal } from './refusal.js'

const now = '2026-05-01T12:00:00.123456Z'
/** The operations that the domain page lets move `chats.updated_at`. */
const moving: OperationName[] = ['addMessages', 'archive', 'unarchive']

describe.each(engineNames)('owners and times on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('a stranger finds no chat with any operation, and changes nothing', async () => {
    const world = await makeWorld(database)
    const before = await digestRows(database)
    const tried: string[] = []
    for (const [name, params] of goodCalls(world)) {
      if (!('chatId' in params)) continue
      const all = [
        { ...params, ownerId: 'ownerId' in params ? randomUUID() : undefined },
        { ...params, chatId: randomUUID(), ownerId: undefined },
      ]
      for (const { ownerId, ...rest } of all) {
        const asked = ownerId === undefined ? rest : { ...rest, ownerId }
        if (ownerId === undefined && !('chatId' in rest && rest.chatId !== world.chatId)) continue
        await refusal(call(name, database, asked), 'chat_not_found')
        await database.transaction((transaction) =>
          refusal(call(name, transaction, asked), 'chat_not_found'),
        )
      }
      tried.push(name)
    }
    expect(tried.length).toBeGreaterThan(11)
    expect(await digestRows(database)).toStrictEqual(before)
    const chatIds = [world.chatId, world.archivedId]
    const ownerId = randomUUID()
    expect(await getChatContexts(database, { chatIds, ownerId })).toStrictEqual([])
  })

  test('the error for a stranger is the one for a chat that never was', async () => {
    const { chatId } = await makeWorld(database)
    const stranger = await refusal(
      call('prompt', database, { chatId, ownerId: randomUUID() }),
      'chat_not_found',
    )
    const other = randomUUID()
    const never = await refusal(call('prompt', database, { chatId: other }), 'chat_not_found')
    expect(stranger.message).toBe(never.message.replace(other, chatId))
  })

  test('updated_at of a chat is moved by the operations that may, and by no other', async () => {
    const world = await makeWorld(database)
    const { chatId } = world
    const exact = async () => {
      const sql = `SELECT to_jsonb(updated_at) #>> '{}' AS at FROM "${database.schema}".chats`
      return (await database.query(`${sql} WHERE id = $1`, [chatId])).rows[0]!.at
    }
    for (const [name, params] of goodCalls(world)) {
      if (name === 'deleteChat') continue
      const before = await exact()
      const later = new Date(Date.parse(now) + moving.indexOf(name)).toISOString()
      await call(name, database, 'now' in params ? { ...params, now: later } : params)
      const after = await exact()
      if (moving.includes(name))
        expect([name, Date.parse(String(after))]).toStrictEqual([name, Date.parse(later)])
      else expect([name, after]).toStrictEqual([name, before])
    }
  })

  test('id and now are taken to the microsecond wherever they can be given', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: makeResources(2), now })
    const id = randomUUID()
    const { chat } = await createChat(database, { id: id.toUpperCase(), ownerId, agentId, now })
    expect(chat).toStrictEqual({ id, ownerId })
    await push(database, { agentId, version: 2, resources: [], now })
    await addMessages(database, { chatId: id, messages: [{ role: 'user', content: null }], now })
    const schema = `"${database.schema}"`
    const { rows } = await database.query<{ at: string; what: string }>(
      `SELECT what, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at FROM (
         SELECT 'chat' AS what, unnest(ARRAY[created_at, updated_at, context_dirty_since]) AS at
         FROM ${schema}.chats WHERE id = $1
         UNION ALL SELECT 'pin', unnest(ARRAY[created_at, updated_at])
         FROM ${schema}.chat_context_resources WHERE chat_id = $1
         UNION ALL SELECT 'message', created_at FROM ${schema}.chat_messages WHERE chat_id = $1
         UNION ALL SELECT 'snapshot', received_at
         FROM ${schema}.workspace_agent_context_snapshots WHERE workspace_agent_id = $2) times`,
      [id, agentId],
    )
    expect(rows).toHaveLength(3 + 4 + 1 + 1)
    expect(rows.filter(({ at }) => at !== now)).toStrictEqual([])
  })

  test("the time is the database's own by default, one for all of an operation", async () => {
    const { ownerId } = await makeAgent(database)
    await database.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ now: Date }>('SELECT now()')
      const { chat } = await createChat(transaction, { ownerId })
      const { created_at, updated_at, title, status } = await readChat(transaction, chat.id)
      expect([created_at, updated_at]).toStrictEqual([rows[0]!.now, rows[0]!.now])
      expect([title, status]).toStrictEqual(['New Chat', 'waiting'])
    })
  })

  test('messages are added in order, and JSON null is not the same as no content', async () => {
    const { ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId })
    const contents = [undefined, null, 'text', 0, false, [], ['a', null], { a: [1] }]
    const messages = contents.map((content, n) => ({
      role: (['system', 'user', 'assistant', 'tool'] as const)[n % 4]!,
      content,
    }))
    const first = await addMessages(database, { chatId: chat.id, ownerId, messages })
    const second = await addMessages(database, { chatId: chat.id, messages: [{ role: 'user' }] })
    expect(first.chat).toStrictEqual(chat)
    expect(Number(second.ids[0]) > Number(first.ids.at(-1))).toBe(true)
    const stored = await readRows(database, 'chat_messages', 'chat_id', chat.id)
    const byId = new Map(stored.map((row) => [`${row.id}`, row]))
    const found = first.ids.map((id) => byId.get(id)!)
    expect(found.map(({ role }) => role)).toStrictEqual(messages.map(({ role }) => role))
    expect(found.map(({ content }) => content)).toStrictEqual([null, ...contents.slice(1)])
    const { rows } = await database.query<{ id: bigint }>(
      `SELECT id FROM "${database.schema}".chat_messages WHERE chat_id = $1 AND content IS NULL`,
      [chat.id],
    )
    expect(rows.map(({ id }) => `${id}`)).toEqual(
      expect.arrayContaining([first.ids[0], second.ids[0]]),
    )
    expect(rows).toHaveLength(2)
  })
})

import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  createChat,
  type Database,
  deleteChat,
  getChatContext,
  listPins,
  prompt,
  push,
  refresh,
  setFollows,
  unpin,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'
import { readChat } from './read-rows.js'
import { refusal } from './refusal.js'

describe.each(engineNames)('a chat with the pins of another, on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  const later = '2026-05-01T00:00:00.000Z'

  /** A chat whose agent has drifted since it was hydrated. */
  async function makeOriginal() {
    const { agentId, ownerId } = await makeAgent(database)
    const report = { agentId, version: 1, resources: makeResources(8), snapshotError: 'e' }
    await push(database, report)
    const { chat } = await createChat(database, { ownerId, agentId, follows: ['skill'] })
    await push(database, { agentId, version: 2, resources: makeResources(5, 'two') })
    return { agentId, ownerId, chat, chatId: chat.id }
  }

  /** What a chat has pinned, without the times of its rows. */
  async function contentOf(chatId: string) {
    const pins = await listPins(database, { chatId, bodies: true })
    const { context_hashes, context_follows, context_error } = await readChat(database, chatId)
    const { text } = await prompt(database, { chatId })
    const rows = pins.map(({ createdAt, updatedAt, ...pin }) => pin)
    return { rows, context_hashes, context_follows, context_error, text }
  }

  test('has equal pins, hashes, followed kinds, error and prompt, with times of its own', async () => {
    const { ownerId, chatId } = await makeOriginal()
    const params = { ownerId, pinsOf: chatId, title: 'copy', now: later }
    const { chat, hydrated } = await createChat(database, params)
    expect(hydrated).toBe(true)
    expect(await contentOf(chat.id)).toStrictEqual(await contentOf(chatId))
    for (const { createdAt, updatedAt } of await listPins(database, { chatId: chat.id })) {
      expect([createdAt, updatedAt]).toStrictEqual([new Date(later), new Date(later)])
    }
    expect(await getChatContext(database, { chatId: chat.id })).toMatchObject({
      ...{ dirty: false, live: 'none', error: 'e', follows: ['skill'] },
    })
  })

  test('is marked if its agent has drifted, and follows from the next push on', async () => {
    const { agentId, ownerId, chatId } = await makeOriginal()
    await setFollows(database, { chatId, follows: [] })
    const { chat } = await createChat(database, { ownerId, agentId, pinsOf: chatId, now: later })
    expect(await getChatContext(database, { chatId: chat.id })).toMatchObject({
      ...{ dirty: true, dirtySince: new Date(later) },
    })
    expect(await contentOf(chat.id)).toStrictEqual(await contentOf(chatId))
  })

  test('and a copy of it share nothing with the original afterwards', async () => {
    const { agentId, ownerId, chatId } = await makeOriginal()
    const make = async (pinsOf: string) =>
      (await createChat(database, { ownerId, agentId, pinsOf })).chat.id
    const first = await make(chatId)
    const second = await make(first)
    const before = await contentOf(chatId)
    await refresh(database, { chatId: second })
    await unpin(database, { chatId: first })
    expect(await contentOf(chatId)).toStrictEqual(before)
    await deleteChat(database, { chatId })
    expect(await listPins(database, { chatId: second })).toHaveLength(5)
  })

  test('is pinned even while its agent is starting', async () => {
    const { agentId, ownerId, chatId } = await makeOriginal()
    await push(database, { agentId, version: 3, ready: false, resources: [] })
    const { chat, hydrated } = await createChat(database, { ownerId, agentId, pinsOf: chatId })
    expect(hydrated).toBe(true)
    expect(await contentOf(chat.id)).toStrictEqual(await contentOf(chatId))
    expect(await getChatContext(database, { chatId: chat.id })).toMatchObject({
      ...{ dirty: false, live: 'starting' },
    })
  })

  test('is hydrated like any other if the original has no pins', async () => {
    const { agentId, ownerId, chatId } = await makeOriginal()
    await unpin(database, { chatId })
    const loose = await createChat(database, { ownerId, pinsOf: chatId })
    expect(loose.hydrated).toBe(false)
    const { chat, hydrated } = await createChat(database, { ownerId, agentId, pinsOf: chatId })
    expect(hydrated).toBe(true)
    expect(await listPins(database, { chatId: chat.id })).toHaveLength(5)
    expect(await getChatContext(database, { chatId: chat.id })).toMatchObject({
      follows: ['skill'],
    })
  })

  test("is refused for a stranger's chat, an unknown one, and together with follows", async () => {
    const { agentId, ownerId, chatId } = await makeOriginal()
    const before = await digestRows(database)
    const strange = { ownerId: randomUUID(), agentId, pinsOf: chatId, sharedWorkspace: true }
    await refusal(createChat(database, strange), 'chat_not_found')
    await refusal(createChat(database, { ownerId, pinsOf: randomUUID() }), 'chat_not_found')
    const both = { ownerId, pinsOf: chatId, follows: [] }
    await refusal(createChat(database, both), 'invalid_input')
    expect(await digestRows(database)).toStrictEqual(before)
  })
})

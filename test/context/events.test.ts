import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addMessages,
  archive,
  bind,
  type ContextNotification,
  createChat,
  type Database,
  deleteChat,
  hydrate,
  notificationChannel,
  purge,
  push,
  rebindWorkspace,
  refresh,
  unarchive,
  unpin,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'

describe.each(engineNames)('notifications on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  let stop: () => Promise<void>
  const heard: string[] = []
  beforeAll(async () => {
    database = await engine.install()
    const channel = notificationChannel(database.schema)
    stop = await database.listen(channel, (payload) => heard.push(payload))
  })
  afterAll(async () => {
    await stop()
  })

  /** What was heard up to now. A last word of its own says that nothing is on its way. */
  async function hear(): Promise<ContextNotification[]> {
    const channel = notificationChannel(database.schema)
    await database.query("SELECT pg_notify($1, 'over')", [channel])
    while (heard.at(-1) !== 'over') await sleep(1)
    return heard
      .splice(0)
      .slice(0, -1)
      .map((payload) => JSON.parse(payload))
  }

  test('are sent by every operation that changes a chat, and say what and whose', async () => {
    const { agentId, ownerId, workspaceId } = await makeAgent(database)
    const notify = true
    const { chat } = await createChat(database, { ownerId, agentId, notify })
    const chatId = chat.id
    const expectHeard = async (...events: string[]) => {
      const expected = events.map((event) => ({ event, chatId, ownerId }))
      expect(await hear()).toStrictEqual(expected)
    }
    await expectHeard('created')
    await push(database, { agentId, version: 1, resources: makeResources(2), notify })
    await expectHeard('hydrated')
    await push(database, { agentId, version: 2, resources: [], notify })
    await expectHeard('dirtied')
    await push(database, { agentId, version: 3, resources: [], notify, snapshotError: 'x' })
    await expectHeard()
    await push(database, { agentId, version: 4, resources: makeResources(2), notify })
    await expectHeard('settled')
    await push(database, { agentId, version: 4, resources: [], notify })
    await expectHeard()
    await refresh(database, { chatId, notify })
    await expectHeard('refreshed')
    await unpin(database, { chatId, notify })
    await expectHeard('unpinned')
    await hydrate(database, { chatId, notify })
    await expectHeard('hydrated')
    await bind(database, { chatId, agentId: null, notify })
    await expectHeard('bound')
    await bind(database, { chatId, agentId, refresh: true, notify })
    await expectHeard('refreshed')
    await rebindWorkspace(database, { workspaceId, agentId, notify })
    await expectHeard('bound')
    await addMessages(database, { chatId, messages: [{ role: 'user' }, { role: 'tool' }], notify })
    await expectHeard('message_added')
    await archive(database, { chatId, notify })
    await expectHeard('archived')
    await archive(database, { chatId, notify })
    await expectHeard()
    await unarchive(database, { chatId, notify })
    await expectHeard('unarchived')
    await archive(database, { chatId, now: '2020-01-01T00:00:00Z' })
    await purge(database, { before: '2021-01-01T00:00:00Z', notify })
    await expectHeard('deleted')
    const { chat: other } = await createChat(database, { ownerId })
    await deleteChat(database, { chatId: other.id, notify })
    expect(await hear()).toStrictEqual([{ event: 'deleted', chatId: other.id, ownerId }])
  })

  test('are one a chat, for many chats at once', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const chats: string[] = []
    for (let n = 0; n < 20; n++) {
      chats.push((await createChat(database, { ownerId, agentId })).chat.id)
    }
    await push(database, { agentId, version: 1, resources: [], notify: true })
    expect((await hear()).map(({ chatId }) => chatId).toSorted()).toStrictEqual(chats.toSorted())
  })

  test('are not sent unless asked for', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    await createChat(database, { ownerId, agentId })
    await push(database, { agentId, version: 1, resources: [], notify: false })
    expect(await hear()).toStrictEqual([])
  })

  test('are heard after the commit, and never after a rollback', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const rolledBack = database.transaction(async (transaction) => {
      await createChat(transaction, { ownerId, agentId, notify: true })
      throw new Error('rolled back on purpose')
    })
    await expect(rolledBack).rejects.toThrow('on purpose')
    expect(await hear()).toStrictEqual([])
    const chat = await database.transaction(async (transaction) => {
      const made = await createChat(transaction, { ownerId, agentId, notify: true })
      // A word of another session would come before one that had been sent already.
      if (engine.concurrent) expect(await hear()).toStrictEqual([])
      return made.chat
    })
    expect(await hear()).toStrictEqual([{ event: 'created', chatId: chat.id, ownerId }])
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import {
  aggregateHash,
  archive,
  bind,
  createChat,
  type Database,
  getChatContext,
  getChatContexts,
  kindHashes,
  listPins,
  purge,
  push,
  type ResourceInput,
  refresh,
  unarchive,
  unpin,
} from '../../src/index.js'
import { useEngine } from '../support/engines.js'
import { holdLock } from './hold-lock.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'
import { readRows } from './read-rows.js'
import { refusal } from './refusal.js'

const rounds = 3
const lockAgent = 'SELECT FROM %workspace_agents WHERE id = $1 FOR UPDATE'
const lockChat = 'SELECT FROM %chats WHERE id = $1 FOR UPDATE'

/** Each round is run with either of the two first in the queue for the lock. */
const orders = Array.from({ length: rounds * 2 }, (_, round) => round % 2 === 0)

describe.each(['PostgreSQL 14', 'PostgreSQL 18'] as const)('races on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  /**
   * Starts two operations while somebody else holds a lock that both need, the first one first in
   * the queue, and lets them go at once when both wait.
   */
  async function race<A, B>(
    lock: string,
    id: string,
    [first, second]: readonly [() => Promise<A>, () => Promise<B>],
    firstIsFirst: boolean,
  ): Promise<[A, B]> {
    const held = await holdLock(database, lock, [id])
    const before = firstIsFirst ? first() : undefined
    if (before) await held.waiting(1)
    const later = second()
    await held.waiting(before ? 2 : 1)
    const started = before ?? first()
    await held.waiting(2)
    await held.release()
    return await Promise.all([started, later])
  }

  const liveSources = async (agentId: string) =>
    (
      await readRows(database, 'workspace_agent_context_resources', 'workspace_agent_id', agentId)
    ).map(({ source, size_bytes }) => `${source} ${size_bytes}`)

  const sourcesOf = (resources: readonly ResourceInput[]) =>
    resources.map(({ source, sizeBytes }) => `${source} ${sizeBytes}`)

  const pinned = async (chatId: string) =>
    (await listPins(database, { chatId })).map((pin) => `${pin.source} ${pin.sizeBytes}`)

  test('a chat that is created during the first push is hydrated at the end', async () => {
    for (const pushIsFirst of orders) {
      const { agentId, ownerId } = await makeAgent(database)
      const resources = makeResources(3)
      const create = () => createChat(database, { ownerId, agentId })
      const pushIt = () => push(database, { agentId, version: 1, resources })
      const [, { chat }] = await race(lockAgent, agentId, [pushIt, create], pushIsFirst)
      const context = await getChatContext(database, { chatId: chat.id })
      expect(context).toMatchObject({ hydrated: true, dirty: false })
      expect(await pinned(chat.id)).toHaveLength(3)
    }
  })

  test('chats that are created while pushes come in are all hydrated and settled', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const versions = Array.from({ length: 10 }, (_, version) => version)
    const pushes = versions.map((version) =>
      push(database, { agentId, version, resources: makeResources(4, `${version}`) }),
    )
    const creations = versions.map(() => createChat(database, { ownerId, agentId }))
    const chats = (await Promise.all(creations)).map(({ chat }) => chat.id)
    await Promise.all(pushes)
    const contexts = await getChatContexts(database, { chatIds: chats })
    const hash = await aggregateHash(await kindHashes(makeResources(4, '9')))
    for (const { hydrated, dirty, aggregateHash } of contexts) {
      expect(hydrated).toBe(true)
      expect(dirty).toBe(aggregateHash !== hash)
    }
    expect(await liveSources(agentId)).toHaveLength(4)
  })

  test('of two pushes the greater version wins with exactly its resources', async () => {
    for (const olderIsFirst of orders) {
      const { agentId } = await makeAgent(database)
      const [older, newer] = [makeResources(9, 'older'), makeResources(6, 'newest')]
      const results = await race(
        lockAgent,
        agentId,
        [
          () => push(database, { agentId, version: 1, resources: older }),
          () => push(database, { agentId, version: 2, resources: newer }),
        ],
        olderIsFirst,
      )
      expect(results.map(({ accepted }) => accepted)).toStrictEqual([olderIsFirst, true])
      expect((await liveSources(agentId)).toSorted()).toStrictEqual(sourcesOf(newer).toSorted())
    }
  })

  /** A chat pinned to a first push, of an agent that has another one coming. */
  async function makePinned() {
    const made = await makeAgent(database)
    const { agentId, ownerId } = made
    const [one, two] = [makeResources(5, 'one'), makeResources(4, 'second')]
    await push(database, { agentId, version: 1, resources: one })
    const { chat } = await createChat(database, { ownerId, agentId, follows: [] })
    const pushTwo = () => push(database, { agentId, version: 2, resources: two })
    return { ...made, chatId: chat.id, chat, one, two, pushTwo }
  }

  test('a refresh during a push takes all of the old or all of the new context', async () => {
    for (const pushIsFirst of orders) {
      const { agentId, chatId, one, two, pushTwo } = await makePinned()
      const refreshIt = () => refresh(database, { chatId })
      await race(lockAgent, agentId, [pushTwo, refreshIt], pushIsFirst)
      const now = pushIsFirst ? two : one
      expect((await pinned(chatId)).toSorted()).toStrictEqual(sourcesOf(now).toSorted())
      expect((await getChatContext(database, { chatId })).dirty).toBe(!pushIsFirst)
    }
  })

  test('a chat that is bound to an agent during its push is settled', async () => {
    for (const pushIsFirst of orders) {
      const { agentId, chatId, chat, pushTwo } = await makePinned()
      await bind(database, { chatId, agentId: null })
      const bindIt = () => bind(database, { chatId, agentId })
      const [pushed, bound] = await race(lockAgent, agentId, [pushTwo, bindIt], pushIsFirst)
      expect(pushed.dirtied).toStrictEqual(pushIsFirst ? [] : [chat])
      expect(bound.dirtied).toStrictEqual(pushIsFirst ? [chat] : [])
      expect((await getChatContext(database, { chatId })).dirty).toBe(true)
    }
  })

  test('a chat that is unarchived during a push is settled, or hydrated', async () => {
    for (const pushIsFirst of orders) {
      const { agentId, chatId, pushTwo, ownerId } = await makePinned()
      const { chat: bare } = await createChat(database, { ownerId, agentId })
      await unpin(database, { chatId: bare.id })
      for (const id of [chatId, bare.id]) await archive(database, { chatId: id })
      const both = () =>
        Promise.all([chatId, bare.id].map((id) => unarchive(database, { chatId: id })))
      await race(lockAgent, agentId, [pushTwo, both], pushIsFirst)
      const contexts = await getChatContexts(database, { chatIds: [chatId, bare.id] })
      expect(contexts.map(({ hydrated }) => hydrated)).toStrictEqual([true, true])
      expect(contexts[0]!.dirty).toBe(true)
      const hash = await aggregateHash(await kindHashes(makeResources(4, 'second')))
      expect(contexts[1]!.dirty).toBe(hash !== contexts[1]!.aggregateHash)
    }
  })

  test('a chat that is unpinned during a push is hydrated by it, or stays unpinned', async () => {
    for (const unpinIsFirst of orders) {
      const { chatId, pushTwo, two } = await makePinned()
      const unpinIt = () => unpin(database, { chatId })
      await race(lockChat, chatId, [unpinIt, pushTwo], unpinIsFirst)
      const { hydrated } = await getChatContext(database, { chatId })
      expect(hydrated).toBe(unpinIsFirst)
      const pins = (await pinned(chatId)).toSorted()
      expect(pins).toStrictEqual(hydrated ? sourcesOf(two).toSorted() : [])
    }
  })

  test('a chat that is being unarchived is not purged, and not waited for', async () => {
    const { chatId } = await makePinned()
    await archive(database, { chatId, now: '2020-01-01T00:00:00Z' })
    const before = '2021-01-01T00:00:00Z'
    await database.transaction(async (transaction) => {
      await unarchive(transaction, { chatId })
      expect((await purge(database, { before })).purged).toStrictEqual([])
    })
    expect((await purge(database, { before })).purged).toStrictEqual([])
    expect(await pinned(chatId)).toHaveLength(5)
  })

  test('an archived chat that somebody holds is left for the next run', async () => {
    const { chatId, chat } = await makePinned()
    const { chat: other } = await createChat(database, { ownerId: chat.ownerId })
    for (const id of [chatId, other.id]) {
      await archive(database, { chatId: id, now: '2020-01-01T00:00:00Z' })
    }
    const before = '2021-01-01T00:00:00Z'
    const held = await holdLock(database, lockChat, [chatId])
    expect((await purge(database, { before, limit: 1 })).purged).toStrictEqual([other])
    await held.release()
    expect((await purge(database, { before })).purged).toStrictEqual([chat])
  })

  test('whichever of purge and unarchive comes second finds what the first one left', async () => {
    for (let round = 0; round < rounds; round++) {
      const { agentId, chatId } = await makePinned()
      await archive(database, { chatId, now: '2020-01-01T00:00:00Z' })
      // Purging takes the chat's row before its children, where it is made to wait.
      const held = await holdLock(
        database,
        'SELECT FROM %chat_context_resources WHERE chat_id = $1 FOR UPDATE',
        [chatId],
      )
      const purging = purge(database, { before: '2021-01-01T00:00:00Z' })
      await held.waiting(1)
      const unarchiving = refusal(unarchive(database, { chatId }), 'chat_not_found')
      await held.waiting(2)
      await held.release()
      expect((await purging).purged.map(({ id }) => id)).toStrictEqual([chatId])
      await unarchiving
      expect(await liveSources(agentId)).toHaveLength(5)
    }
  })
})

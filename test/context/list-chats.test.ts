import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  archive,
  createChat,
  type Database,
  getChatContexts,
  type ListChatsParams,
  listChats,
  push,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { statements } from './all-statements.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'
import { makeWorld } from './make-world.js'

describe.each(engineNames)('listing chats on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  async function allPages(params: ListChatsParams): Promise<string[]> {
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = await listChats(database, { ...params, cursor })
      expect(page.chats.length).toBeLessThanOrEqual(params.limit!)
      if (page.nextCursor) expect(page.chats).toHaveLength(params.limit!)
      ids.push(...page.chats.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return ids
  }

  /** Chats whose times are equal, or differ by microseconds, in the order of the list. */
  async function makeTied(ownerId: string): Promise<string[]> {
    const times = ['.000002', '.000001', '.000001', '.000001', '', '']
    const made = await Promise.all(
      times.map(async (fraction, place) => {
        const now = `2026-01-01T00:00:00${fraction}Z`
        return {
          place: times.indexOf(times[place]!),
          ...(await createChat(database, { ownerId, now })),
        }
      }),
    )
    return made
      .toSorted((a, b) => a.place - b.place || (a.chat.id < b.chat.id ? -1 : 1))
      .map(({ chat }) => chat.id)
  }

  test('pages show every chat once, newest first, ties by id, to the microsecond', async () => {
    const ownerId = randomUUID()
    const expected = await makeTied(ownerId)
    for (const limit of [1, 2, 3, 5, 6, 7, 1000]) {
      expect(await allPages({ ownerId, limit })).toStrictEqual(expected)
    }
  })

  test.each(['Asia/Kolkata', 'America/St_Johns', 'UTC'])(
    'a cursor is good whatever the time zone and DateStyle of the session are: %s',
    async (zone) => {
      const ownerId = randomUUID()
      for (const year of ['0001', '1850', '2026', '9999']) {
        await createChat(database, { ownerId, now: `${year}-06-01T00:00:00.000001Z` })
      }
      await database.transaction(async (transaction) => {
        const first = await listChats(transaction, { ownerId, limit: 1 })
        const ids = first.chats.map(({ id }) => id)
        await transaction.query("SELECT set_config('TimeZone', $1, true)", [zone])
        let cursor = first.nextCursor
        while (cursor) {
          const page = await listChats(transaction, { ownerId, limit: 1, cursor })
          ids.push(...page.chats.map(({ id }) => id))
          cursor = page.nextCursor
        }
        expect(new Set(ids).size).toBe(4)
        expect(ids).toHaveLength(4)
      })
    },
  )

  test('archived ones can be left out, or be all that is shown', async () => {
    const { ownerId, chatId, archivedId } = await makeWorld(database)
    const list = async (archived?: boolean) =>
      (await listChats(database, { ownerId, archived })).chats.map(({ id }) => id)
    expect(await list()).toStrictEqual([chatId, archivedId])
    expect(await list(false)).toStrictEqual([chatId])
    expect(await list(true)).toStrictEqual([archivedId])
  })

  test('a chat is shown whole, and as dirty as its context says', async () => {
    const { agentId, ownerId, workspaceId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: makeResources(2) })
    const now = new Date('2026-03-01T00:00:00.123Z')
    const params = { ownerId, agentId, now, title: 'One', status: 'error' as const }
    const { chat } = await createChat(database, params)
    const { chat: away } = await createChat(database, { ownerId, agentId, now })
    const { chat: loose } = await createChat(database, { ownerId, now: '2026-02-01T00:00:00Z' })
    await push(database, { agentId, version: 2, resources: [] })
    await archive(database, { chatId: away.id, now })
    const { chats, nextCursor } = await listChats(database, { ownerId })
    expect(nextCursor).toBeNull()
    const common = { archived: false, workspaceId, agentId, createdAt: now, updatedAt: now }
    const expected = [
      { ...chat, ...common, title: 'One', status: 'error', hydrated: true, dirty: true },
      {
        ...{ ...away, ...common, title: 'New Chat', status: 'waiting', hydrated: true },
        ...{ archived: true, dirty: false },
      },
    ].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(chats.slice(0, 2)).toStrictEqual(expected)
    expect(chats[2]).toMatchObject({ ...loose, agentId: null, hydrated: false, dirty: false })
    const contexts = await getChatContexts(database, { chatIds: chats.map(({ id }) => id) })
    expect(contexts.map(({ dirty }) => dirty)).toStrictEqual(chats.map(({ dirty }) => dirty))
  })

  test('nothing of another owner is shown, with a cursor of theirs neither', async () => {
    const [mine, theirs] = [randomUUID(), randomUUID()]
    await makeTied(theirs)
    const ids = await makeTied(mine)
    const { nextCursor } = await listChats(database, { ownerId: theirs, limit: 1 })
    const page = await listChats(database, { ownerId: mine, cursor: nextCursor! })
    expect(ids).toEqual(expect.arrayContaining(page.chats.map(({ id }) => id)))
    expect((await listChats(database, { ownerId: randomUUID() })).chats).toStrictEqual([])
  })

  test('a chat that is updated between two pages is in none that are to come', async () => {
    const ownerId = randomUUID()
    const ids = await makeTied(ownerId)
    const first = await listChats(database, { ownerId, limit: 2 })
    await archive(database, { chatId: ids[3]!, now: '2027-01-01T00:00:00Z' })
    const rest = await listChats(database, { ownerId, cursor: first.nextCursor! })
    const found = [...first.chats, ...rest.chats].map(({ id }) => id)
    expect(found).toStrictEqual(ids.filter((id) => id !== ids[3]))
  })

  test('no statement that lists chats names the pins', () => {
    const list = statements.find(({ name }) => name === 'list chats')!
    expect(list.text('x')).not.toContain('chat_context_resources')
    expect(list.text('x')).not.toContain('*')
  })
})

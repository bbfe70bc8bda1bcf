import pg from 'pg'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  archive,
  createChat,
  type Database,
  fromPg,
  notificationChannel,
  type WatchedEvent,
  type WatchOptions,
  watchChats,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { queryOnce } from '../support/query-once.js'
import { serverUrl } from '../support/server-url.js'

/** Watches until the test is over. */
async function watch(database: Database, options: WatchOptions): Promise<WatchedEvent[]> {
  const seen: WatchedEvent[] = []
  const stop = await watchChats(database, options, (watched) => seen.push(watched))
  onTestFinished(stop)
  return seen
}

describe.each(engineNames)('watching chats on %s', (name) => {
  const engine = useEngine(name)
  let database: Database
  const [ownerId, strangerId] = [crypto.randomUUID(), crypto.randomUUID()]

  beforeAll(async () => {
    const { schema } = await engine.install()
    database = engine.database(schema, { notify: true })
  })

  test('reports the events of an adapter whose default is to notify', async () => {
    const seen = await watch(database, {})
    const { chat } = await createChat(database, { ownerId })
    await archive(database, { chatId: chat.id, notify: false })
    await database.transaction((outer) =>
      outer.transaction(async (inner) => {
        await createChat(inner, { ownerId: strangerId })
      }),
    )
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    expect(seen).toMatchObject([
      { event: 'created', chatId: chat.id, ownerId },
      { event: 'created', ownerId: strangerId },
    ])
  })

  test('reports the chats of one owner, or one chat, and nothing that is not an event', async () => {
    const { chat: first } = await createChat(database, { ownerId })
    const ofOwner = await watch(database, { ownerId: ownerId.toUpperCase() })
    const ofChat = await watch(database, { chatId: first.id })
    const all = await watch(database, {})
    for (const payload of ['', 'garbage', 'null', '[]', '{"event":"created","chatId":1}']) {
      const channel = notificationChannel(database.schema)
      await database.query('SELECT pg_notify($1, $2)', [channel, payload])
    }
    const { chat: second } = await createChat(database, { ownerId })
    const { chat: other } = await createChat(database, { ownerId: strangerId })
    await archive(database, { chatId: first.id })
    const expectSeen = (seen: WatchedEvent[], ...ids: string[]) =>
      vi.waitFor(() => expect(seen.map((one) => 'chatId' in one && one.chatId)).toEqual(ids))
    await expectSeen(all, second.id, other.id, first.id)
    await expectSeen(ofOwner, second.id, first.id)
    await expectSeen(ofChat, first.id)
  })

  test('ends when it is stopped, also a second time', async () => {
    const seen: WatchedEvent[] = []
    const stop = await watchChats(database, {}, (watched) => seen.push(watched))
    const later = await watch(database, {})
    await stop()
    await stop()
    await createChat(database, { ownerId })
    await vi.waitFor(() => expect(later).toHaveLength(1))
    expect(seen).toEqual([])
  })

  test.each([
    [{ ownerId: 'Ada' }, 'watchChats: ownerId'],
    [{ owner: crypto.randomUUID() }, 'owner'],
    [{ onError: 'log' }, 'watchChats: onError'],
  ])('refuses %j', async (options, says) => {
    const watching = watchChats(database, options as WatchOptions, () => {})
    await expect(watching).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(says),
    })
  })
})

describe.each(['PostgreSQL 14', 'PostgreSQL 18'] as const)('a lost connection to %s', (name) => {
  const engine = useEngine(name)
  const url = serverUrl(Number(name.split(' ')[1]))

  /** A database on a pool of its own, and what ends the connections that listen. */
  async function open() {
    const installed = await engine.install()
    const { rows } = await installed.query<{ name: string }>('SELECT current_database() AS name')
    const target = new URL(url)
    target.pathname = `/${rows[0]!.name}`
    const applicationName = `watch ${crypto.randomUUID()}`
    const pool = new pg.Pool({
      connectionString: target.href,
      application_name: applicationName,
      max: 2,
    })
    pool.on('error', () => {})
    onTestFinished(() => pool.end())
    const cut = () =>
      queryOnce(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = '${applicationName}' AND query LIKE 'LISTEN%'`,
      )
    return { database: fromPg(pool, { schema: installed.schema, notify: true }), pool, cut }
  }

  test('is replaced, and the watcher hears that it may have missed something', async () => {
    const { database, cut } = await open()
    const ownerId = crypto.randomUUID()
    const errors: unknown[] = []
    const seen = await watch(database, { ownerId, onError: (error) => errors.push(error) })
    for (let losses = 1; losses <= 2; losses++) {
      await cut()
      await vi.waitFor(() => expect(seen.at(-1)).toEqual({ event: 'reconnected' }), 5000)
      expect(errors).toHaveLength(losses)
      const { chat } = await createChat(database, { ownerId })
      await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ chatId: chat.id }), 5000)
    }
    expect(seen.map(({ event }) => event)).toEqual([
      ...['reconnected', 'created'],
      ...['reconnected', 'created'],
    ])
  })

  test('is not replaced once the watching was stopped', async () => {
    const { database, pool, cut } = await open()
    const seen: WatchedEvent[] = []
    let lost: () => void
    const loss = new Promise<void>((resolve) => {
      lost = resolve
    })
    const stop = await watchChats(database, { onError: () => lost() }, (one) => seen.push(one))
    await cut()
    await loss
    await stop()
    // Longer than the first wait.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(seen).toEqual([])
    expect(pool.totalCount - pool.idleCount).toBe(0)
  })
})

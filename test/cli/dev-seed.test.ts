import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedChats } from '../../src/cli/dev/seed-data.js'
import { seedDatabase } from '../../src/cli/dev/seed-database.js'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'
import { diff, getChatContexts } from '../../src/index.js'
import { enums } from '../../src/schema/generated/tables.js'

const now = new Date('2026-03-01T12:00:00Z')
let harness: Harness
let db: EmbeddedTestDatabase

beforeAll(async () => {
  harness = await openHarness()
  db = await harness.createDatabase()
  await seedDatabase(db, now)
})

afterAll(() => harness?.close())

interface Chat {
  id: string
  status: string
  archived: boolean
  agent_id: string | null
  messages: number
  pins: number
  updated_at: Date
}

const readChats = async () =>
  (
    await db.query<Chat>(
      `SELECT id, status, archived, agent_id, updated_at,
              (SELECT count(*)::int FROM chat_messages WHERE chat_id = chats.id) AS messages,
              (SELECT count(*)::int FROM chat_context_resources WHERE chat_id = chats.id) AS pins
       FROM chats ORDER BY id`,
    )
  ).rows

test('has a chat in every status, an archived one, one without pins and one without an agent', async () => {
  const chats = await readChats()
  expect(chats).toHaveLength(seedChats.length)
  const statuses = new Set(chats.map(({ status }) => status))
  expect([...statuses].toSorted()).toEqual([...enums.chat_status].toSorted())
  expect(chats.some(({ archived, pins }) => archived && pins > 0)).toBe(true)
  expect(chats.some(({ agent_id, pins }) => agent_id !== null && pins === 0)).toBe(true)
  // Its agent is gone, and the pins have outlived it.
  expect(chats.some(({ agent_id, pins }) => agent_id === null && pins > 0)).toBe(true)
  expect(chats.filter(({ messages }) => messages > 1).length).toBeGreaterThan(3)
})

test('has chats that drifted, with something to see in the diff, and chats that did not', async () => {
  const ids = (await readChats()).map(({ id }) => id)
  const contexts = await getChatContexts(db, { chatIds: ids })
  const dirty = contexts.filter((context) => context.dirty)
  expect(dirty.length).toBeGreaterThan(1)
  expect(contexts.some((context) => context.hydrated && !context.dirty)).toBe(true)
  for (const { chat } of dirty) {
    const { added, modified, removed } = await diff(db, { chatId: chat.id })
    expect([added, modified, removed].map(({ length }) => length)).toEqual([1, 1, 1])
  }
})

test('happened over some weeks, an archived chat before the retention of thirty days', async () => {
  const chats = await readChats()
  for (const { updated_at } of chats) expect(updated_at < now).toBe(true)
  const old = chats.filter(({ updated_at }) => now.getTime() - updated_at.getTime() > 30 * 864e5)
  expect(old.map(({ archived }) => archived)).toEqual([true])
})

test('is all or nothing', async () => {
  const other = await harness.createDatabase()
  await seedDatabase(other, now)
  // All but the chat that is made last, which it meets when everything else is there again.
  await other.script(`
    DELETE FROM chats WHERE id <> (SELECT id FROM chats ORDER BY created_at DESC, id LIMIT 1);
    DELETE FROM workspaces`)
  const left = async () =>
    (
      await other.query(
        `SELECT (SELECT count(*)::int FROM workspaces) AS workspaces,
                (SELECT count(*)::int FROM chats) AS chats,
                (SELECT count(*)::int FROM chat_messages) AS messages`,
      )
    ).rows[0]
  const before = await left()
  expect(before).toMatchObject({ workspaces: 0, chats: 1 })
  await expect(seedDatabase(other, now)).rejects.toMatchObject({ code: '23505' })
  expect(await left()).toEqual(before)
  await other.close()
})

test('is the same every time', async () => {
  const other = await harness.createDatabase()
  await seedDatabase(other, now)
  for (const text of [
    'SELECT id, title, status, updated_at FROM chats ORDER BY id',
    'SELECT chat_id, role, content, created_at FROM chat_messages ORDER BY chat_id, id',
    'SELECT chat_id, source, content_hash, updated_at FROM chat_context_resources ORDER BY 1, 2',
  ]) {
    const { rows } = await db.query(text)
    expect(rows.length).toBeGreaterThan(0)
    expect((await other.query(text)).rows).toEqual(rows)
  }
  await other.close()
})

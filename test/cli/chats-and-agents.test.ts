import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { findAgent, selectLines as selectAgentLines } from '../../src/cli/agents.js'
import { findChat, selectLines as selectChatLines, selectChats } from '../../src/cli/chats.js'
import { migrationSource } from '../../src/cli/migrations.js'
import { findPin } from '../../src/cli/pins-command.js'
import { purgeCommand, selectExpired } from '../../src/cli/purge-command.js'
import { commonRoot } from '../../src/cli/resources.js'
import { readStatus, selectCounts } from '../../src/cli/status-command.js'
import { humanAgo } from '../../src/cli/terminal.js'
import { archive, createChat, type Database, listChats, listPins, push } from '../../src/index.js'
import { checkDeclaration } from '../context/check-declaration.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'
import { makeWorld } from '../context/make-world.js'
import { engineNames, useEngine } from '../support/engines.js'
import { refusalOf } from './refusal-of.js'

const commandStatements = [selectExpired, selectCounts, selectAgentLines, selectChatLines]

describe.each(engineNames)('what commands read, on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('takes and gives the types that it is declared with', async () => {
    await database.withSession(async (session) => {
      for (const { declaration } of commandStatements) {
        expect(await checkDeclaration(session, declaration)).toStrictEqual([])
      }
    })
  })

  test('lists the chats of all owners as listChats lists those of one', async () => {
    const worlds = [await makeWorld(database), await makeWorld(database)]
    const all = await selectChats(database, { limit: 1000 })
    for (const { ownerId } of worlds) {
      const { chats } = await listChats(database, { ownerId })
      expect(chats).toHaveLength(2)
      const found = all.filter((chat) => chat.ownerId === ownerId)
      for (const [index, chat] of chats.entries()) expect(found[index]).toMatchObject({ ...chat })
      expect(await selectChats(database, { ownerId, limit: 10 })).toEqual(found)
    }
  })

  test('tells what is dirty, and what is archived, and no more than was asked for', async () => {
    const { chatId, archivedId, ownerId } = await makeWorld(database)
    const ids = async (filter: object) =>
      (await selectChats(database, { ownerId, limit: 10, ...filter })).map(({ id }) => id)
    expect(await ids({ dirty: true })).toEqual([chatId])
    expect(await ids({ dirty: false })).toEqual([archivedId])
    expect(await ids({ archived: true })).toEqual([archivedId])
    expect(await ids({ limit: 1 })).toEqual([chatId])
  })
})

describe('a chat, an agent or a pin that a person names', () => {
  const engine = useEngine('PGlite')
  let database: Database
  const tails = ['0000', '0001', 'ffff']
  const ids = tails.map((tail) => `abcd0000-0000-4000-8000-00000000${tail}`)
  beforeAll(async () => {
    database = await engine.install()
    const ownerId = randomUUID()
    for (const id of ids) await createChat(database, { id, ownerId, title: `chat\u001b[2J ${id}` })
    await createChat(database, { id: ids[0]!.replace('abcd', 'abce'), ownerId })
  })

  test('is found by its id, or by so much of it that it is the only one', async () => {
    const other = ids[0]!.replace('abcd', 'abce')
    for (const written of ['abce', 'ABCE0', other, other.replaceAll('-', '')]) {
      expect((await findChat(database, written)).id).toBe(other)
    }
    expect((await findChat(database, ids[1]!)).id).toBe(ids[1])
  })

  test('has a short id that finds it, and would not with one digit less', async () => {
    const chats = await selectChats(database, { limit: 10 })
    for (const { id, shortId } of chats) {
      expect((await findChat(database, shortId)).id).toBe(id)
      if (shortId.length <= 8) continue
      await expect(findChat(database, shortId.slice(0, -1))).rejects.toThrow('Several chat ids')
    }
    expect(chats.map(({ shortId }) => shortId.length).sort((a, b) => a - b)).toEqual([
      8, 33, 36, 36,
    ])
  })

  test('is asked for again where it could be several, with a list that is fit to print', async () => {
    const error = await findChat(database, 'abcd').catch((error) => error)
    for (const id of ids) expect(error.message).toContain(id)
    expect(error.message).toContain('chat\\u{1b}[2J')
    expect(error.message).not.toContain('\u001b')
  })

  test.each(['abc', 'zzzz', '', 'abcd%', `${'a'.repeat(33)}`, 'ffff'])(
    'is refused as %j',
    async (written) => {
      await expect(findChat(database, written)).rejects.toThrow(/is not the id|No chat id starts/)
    },
  )

  test('may be left out where there is one agent alone', async () => {
    await expect(findAgent(database)).rejects.toThrow('There is no agent')
    const first = await makeAgent(database)
    expect(await findAgent(database)).toMatchObject({ id: first.agentId, version: null, chats: 0 })
    const second = await makeAgent(database)
    await expect(findAgent(database)).rejects.toThrow(first.agentId)
    await expect(findAgent(database, 'main')).rejects.toThrow(
      'Several agents have the id or name main',
    )
    await expect(findAgent(database, 'nope')).rejects.toThrow('No agent has')
    const version = 2 ** 52
    await push(database, { agentId: second.agentId, version, resources: [] })
    const found = await findAgent(database, second.agentId.slice(0, 13))
    expect(found).toMatchObject({ id: second.agentId, version })
  })

  test('is a pin by its source, or by the end of it', async () => {
    const world = await makeWorld(database)
    const pins = await listPins(database, { chatId: world.chatId })
    expect(findPin(pins, world.source).source).toBe(world.source)
    expect(findPin(pins, 'release-notes/SKILL.md').source).toMatch(/release-notes/)
    expect(() => findPin(pins, 'AGENTS.md')).toThrow('Several pins')
    expect(() => findPin(pins, 'GENTS.md')).toThrow('No pin')
  })

  test('is counted in the status as the operations count', async () => {
    const fresh = await engine.install()
    const { agentId, ownerId } = await makeWorld(fresh)
    await push(fresh, { agentId, version: 9, resources: [makeFile('/shop/a', 'abc')] })
    const { chat } = await createChat(fresh, { ownerId, agentId })
    await archive(fresh, { chatId: chat.id })
    const opened = { database: fresh, place: {}, run: () => Promise.reject(new Error('unasked')) }
    const chosen = { source: migrationSource({}, undefined), migrator: {} }
    const status = await readStatus(opened, chosen)
    const { rows } = await fresh.query<{ pins: bigint; bytes: bigint }>(
      `SELECT count(*) AS pins, sum(size_bytes)::bigint AS bytes
       FROM "${fresh.schema}".chat_context_resources`,
    )
    expect(status.domain).toEqual({
      workspaces: 1,
      agents: { count: 3, reporting: 2, starting: 0 },
      chats: { count: 3, hydrated: 3, dirty: 1, archived: 2, kinds: expect.any(Array) },
      pins: { count: Number(rows[0]!.pins), sizeBytes: Number(rows[0]!.bytes) },
    })
    expect(status.migrations).toMatchObject({ pending: 0, edited: 0, dirty: 0, unknown: 0 })
    const empty = await readStatus({ ...opened, database: engine.database('nothing') }, chosen)
    expect(empty).toMatchObject({ domain: null, migrations: { applied: 0, newest: null } })
  })
})

test('a root is the directory that all files are below, and only a whole one', () => {
  expect(commonRoot(['/srv/shop/AGENTS.md', '/srv/shop/skills/x/SKILL.md'])).toBe('/srv/shop')
  expect(commonRoot(['/srv/shop/AGENTS.md', '/srv/shops/AGENTS.md', 'mcp:x'])).toBe('/srv')
  expect(commonRoot(['/a/x', '/b/x'])).toBeUndefined()
  expect(commonRoot(['/a/x'])).toBeUndefined()
})

test('how long ago is said in the largest unit that there is one of', () => {
  const now = new Date('2026-03-07T12:00:00Z')
  const ago = (milliseconds: number) => humanAgo(new Date(now.getTime() - milliseconds), now)
  expect([59_999, 60_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000, 9e9].map(ago)).toEqual([
    'just now',
    '1 min ago',
    '59 min ago',
    '1 h ago',
    '23 h ago',
    '1 d ago',
    '104 d ago',
  ])
  expect(ago(-3_600_000)).toBe('2026-03-07 13:00')
})

test.each(['3', '0d', '-1d', '30m', '1.5d', '36501d', '', '30 d', '1e3h'])(
  'a purge of what is older than %j is refused',
  async (age) => {
    const refusal = await refusalOf(purgeCommand(), ['--older-than', age, '--data', '/nowhere'])
    expect(refusal).toMatchObject({ exitCode: 2, message: expect.stringContaining('such as 30d') })
  },
)

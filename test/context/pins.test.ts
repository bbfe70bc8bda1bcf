import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  bind,
  createChat,
  type Database,
  diff,
  enums,
  getChatContext,
  getChatContexts,
  getPin,
  listPins,
  push,
  type ResourceInput,
  refresh,
  unpin,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeFile, makeResources, makeSkill } from './make-resources.js'
import { readRows } from './read-rows.js'
import { refusal } from './refusal.js'

describe.each(engineNames)('reading and refreshing pins on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  async function makePinned(resources: readonly ResourceInput[], now?: string) {
    const { agentId, ownerId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources, now })
    const { chat } = await createChat(database, { ownerId, agentId, follows: [], now })
    return { agentId, ownerId, chatId: chat.id, chat }
  }
  const rowsOf = (chatId: string) => readRows(database, 'chat_context_resources', 'chat_id', chatId)

  test('pins are listed by source in the order of their bytes', async () => {
    const sources = [
      ...['a', 'B', 'é', 'e\u0301', 'z', '/', '~', ' ', '\u{1f600}', '\uffee', '\ue000'],
      ...['ß', 'ss'],
      ...[
        'a b',
        'a-b',
        'a/b',
        'a.b',
        'ab',
        'A',
        'Ä',
        'ı',
        'i',
        'I',
        '10',
        '9',
        '\u{10ffff}',
        '\u0001',
      ],
    ]
    const { chatId } = await makePinned(sources.map((source) => makeFile(source)))
    const listed = (await listPins(database, { chatId })).map(({ source }) => source)
    const byBytes = sources.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(listed).toStrictEqual(byBytes)
    const { agentId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: [] })
    await bind(database, { chatId, agentId, sharedWorkspace: true })
    const { removed } = await diff(database, { chatId })
    expect(removed.map(({ source }) => source)).toStrictEqual(byBytes)
  })

  test('a pin is shown whole, its body only when asked for', async () => {
    const now = '2026-01-01T00:00:00.123Z'
    const resources = makeResources(6)
    const { chatId } = await makePinned(resources, now)
    const bare = await listPins(database, { chatId })
    expect(bare.filter((pin) => 'body' in pin)).toStrictEqual([])
    const whole = await listPins(database, { chatId, bodies: true })
    for (const pin of whole) {
      const sent = resources.find(({ source }) => source === pin.source)!
      const { skill, server, ...stored } = pin
      expect([skill?.name, server?.name]).toStrictEqual([sent.body.name, sent.body.server_name])
      expect(stored).toStrictEqual({
        error: '',
        sourcePath: '',
        ...sent,
        createdAt: new Date(now),
        updatedAt: new Date(now),
      })
      const { body, ...rest } = pin
      expect(bare).toContainEqual(rest)
      expect(await getPin(database, { chatId, source: pin.source })).toStrictEqual(pin)
    }
    expect(await getPin(database, { chatId, source: '/nowhere' })).toBeNull()
    expect(await getPin(database, { chatId, source: '' })).toBeNull()
  })

  test('a context counts pins by kind and status, and has no bodies', async () => {
    const { chatId, chat } = await makePinned(makeResources(13))
    const context = await getChatContext(database, { chatId })
    expect(context).toMatchObject({ chat, hydrated: true, dirty: false, dirtySince: null })
    expect(context.counts).toStrictEqual([
      { kind: 'instruction_file', status: 'ok', count: 3 },
      { kind: 'instruction_file', status: 'oversize', count: 2 },
      { kind: 'instruction_file', status: 'unreadable', count: 2 },
      { kind: 'skill', status: 'ok', count: 2 },
      { kind: 'mcp_config', status: 'ok', count: 2 },
      { kind: 'mcp_server', status: 'ok', count: 2 },
    ])
  })

  test('contexts come in the order asked for, without those that are not to be had', async () => {
    const [a, b] = [await makePinned(makeResources(1)), await makePinned([])]
    const chatIds = [b.chatId, randomUUID(), a.chatId]
    const ids = async (ownerId?: string) =>
      (await getChatContexts(database, { chatIds, ownerId })).map(({ chat }) => chat.id)
    expect(await ids()).toStrictEqual([b.chatId, a.chatId])
    expect(await ids(a.ownerId)).toStrictEqual([a.chatId])
    expect(await ids(randomUUID())).toStrictEqual([])
    expect(await getChatContexts(database, { chatIds: [] })).toStrictEqual([])
  })

  test('every kind and status that the schema knows can be read', async () => {
    const { chatId, agentId } = await makePinned([])
    for (const [table, column, id] of [
      ['chat_context_resources', 'chat_id', chatId],
      ['workspace_agent_context_resources', 'workspace_agent_id', agentId],
    ]) {
      await database.query(
        `INSERT INTO "${database.schema}".${table}
           (${column}, source, body_kind, body, content_hash, size_bytes, status)
         SELECT $1, kind || ' ' || status, kind, '{}', $2, 1, status
         FROM unnest(enum_range(NULL::"${database.schema}".workspace_agent_context_body_kind)) kind,
           unnest(enum_range(NULL::"${database.schema}".workspace_agent_context_resource_status))
             AS status`,
        [id, Uint8Array.of(table!.length)],
      )
    }
    const kinds = enums.workspace_agent_context_body_kind.length
    const all = kinds * enums.workspace_agent_context_resource_status.length
    expect(await listPins(database, { chatId })).toHaveLength(all)
    expect((await getChatContext(database, { chatId })).counts).toHaveLength(all)
    expect((await diff(database, { chatId })).modified).toHaveLength(all)
  })

  test('a refresh writes what differs and keeps the rows and times of what is equal', async () => {
    const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z']
    const start = [makeFile('/same'), makeFile('/changed'), makeFile('/gone'), makeSkill('gone')]
    const { chatId, chat, agentId } = await makePinned(start, first)
    const before = await rowsOf(chatId)
    const resources = [makeFile('/same'), makeFile('/changed', 'new'), makeFile('/new')]
    const pushed = { agentId, version: 2, resources, snapshotError: 'partly' }
    expect((await push(database, pushed)).dirtied).toStrictEqual([chat])
    const { aggregateHash, ...counts } = await refresh(database, { chatId, now: second })
    expect(counts).toStrictEqual({ chat, added: 1, replaced: 1, removed: 2 })
    const after = new Map((await rowsOf(chatId)).map((row) => [row.source, row]))
    expect([...after.keys()].toSorted()).toStrictEqual(['/changed', '/new', '/same'])
    expect(after.get('/same')).toStrictEqual(before.find(({ source }) => source === '/same'))
    const times = (source: string) => {
      const { created_at, updated_at } = after.get(source)!
      return [created_at.toISOString(), updated_at.toISOString()]
    }
    expect(times('/changed')).toStrictEqual([first, second])
    expect(times('/new')).toStrictEqual([second, second])
    const context = await getChatContext(database, { chatId })
    expect(context).toMatchObject({ dirty: false, error: 'partly', aggregateHash })
    const again = await refresh(database, { chatId })
    expect(again).toMatchObject({ added: 0, replaced: 0, removed: 0 })
  })

  test('a refresh hydrates a chat without pins, and replaces pins left over', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId, agentId })
    const chatId = chat.id
    await refusal(refresh(database, { chatId }), 'no_live_context')
    await refusal(diff(database, { chatId }), 'no_live_context')
    await push(database, { agentId, version: 1, resources: makeResources(3) })
    await unpin(database, { chatId })
    await database.query(
      `INSERT INTO "${database.schema}".chat_context_resources
         (chat_id, source, body_kind, body, content_hash, size_bytes, status)
       VALUES ($1, '/left', 'skill', '{}', '\\x01', 0, 'ok'),
              ($1, '/0/AGENTS.md', 'skill', '{}', '\\x01', 0, 'ok')`,
      [chatId],
    )
    const unhydrated = await diff(database, { chatId })
    expect(unhydrated).toMatchObject({ hydrated: false, removed: [], modified: [] })
    expect(unhydrated.added).toHaveLength(3)
    await refresh(database, { chatId })
    expect(await listPins(database, { chatId })).toHaveLength(3)
    const { added, removed, modified, hydrated } = await diff(database, { chatId })
    expect({ added, removed, modified, hydrated }).toStrictEqual({
      ...{ added: [], removed: [], modified: [], hydrated: true },
    })
  })

  test('a refresh of a chat that is bound to nothing is refused, and the pins stay', async () => {
    const { chatId } = await makePinned(makeResources(4))
    await bind(database, { chatId, agentId: null })
    const before = await rowsOf(chatId)
    await refusal(refresh(database, { chatId }), 'no_live_context')
    await refusal(diff(database, { chatId }), 'no_live_context')
    expect(await rowsOf(chatId)).toStrictEqual(before)
  })

  test('a diff tells what was added, removed and modified, with the texts', async () => {
    const skill = makeSkill('s', { contentHash: '01' })
    const config = makeFile('/.mcp.json', 'one', { kind: 'mcp_config', body: {} })
    const { chatId, chat, agentId } = await makePinned([
      ...[makeFile('/a', 'old\n'), makeFile('/b'), makeFile('/gone', 'gone'), skill, config],
      makeFile('/error', 'x', { error: 'one' }),
    ])
    await push(database, {
      agentId,
      version: 2,
      resources: [
        makeFile('/a', '\ufeffnew\n'),
        makeFile('/b', '', { body: {}, status: 'oversize', sizeBytes: 2 ** 40 }),
        makeFile('/new', '', { body: { content: '/w==' } }),
        { ...skill, contentHash: '02', body: { meta: btoa('m2') } },
        { ...config, contentHash: '03' },
        makeFile('/error', 'x', { error: 'two', sourcePath: '/p' }),
      ],
    })
    const found = await diff(database, { chatId })
    expect(found).toMatchObject({ chat, hydrated: true })
    const texts = found.modified.map(({ source, pinned, live }) => [source, pinned.text, live.text])
    expect(texts).toStrictEqual([
      ['/.mcp.json', null, null],
      ['/a', 'old\n', 'new\n'],
      ['/b', '# /b\n', null],
      ['/shop/skills/s/SKILL.md', '---\nname: s\n---\n', 'm2'],
    ])
    const { contentHash } = makeFile('/gone', 'gone')
    const gone = {
      kind: 'instruction_file',
      contentHash,
      sizeBytes: 4,
      status: 'ok',
      text: 'gone',
    }
    expect(found.removed).toStrictEqual([{ source: '/gone', pinned: gone }])
    expect(found.added).toMatchObject([{ source: '/new', live: { text: null, status: 'ok' } }])
    expect(found.modified[2]!.live).toMatchObject({ status: 'oversize', sizeBytes: 2 ** 40 })
  })

  test.each<[string, Partial<ResourceInput>]>([
    ['kind', { kind: 'skill' }],
    ['content hash', { contentHash: '09' }],
    ['size', { sizeBytes: 99 }],
    ['status', { status: 'invalid' }],
  ])('a diff takes a resource for modified if its %s is another', async (_, changes) => {
    const { chatId, agentId } = await makePinned([makeFile('/a')])
    await push(database, { agentId, version: 2, resources: [makeFile('/a', undefined, changes)] })
    const { modified, added, removed } = await diff(database, { chatId })
    expect(modified.map(({ source }) => source)).toStrictEqual(['/a'])
    expect([added, removed]).toStrictEqual([[], []])
  })
})

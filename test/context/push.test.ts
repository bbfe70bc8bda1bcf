import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  createChat,
  type Database,
  getChatContext,
  kindHashes,
  listPins,
  type PushParams,
  push,
} from '../../src/index.js'
import { scan } from '../../src/scan/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeFile, makeResources, makeSkill } from './make-resources.js'
import { readChat, readRows } from './read-rows.js'
import { refusal } from './refusal.js'

const nothing = { accepted: true, hydrated: [], followed: [], dirtied: [], settled: [] }

describe.each(engineNames)('push on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  const snapshotOf = async (agentId: string) =>
    (
      await readRows(database, 'workspace_agent_context_snapshots', 'workspace_agent_id', agentId)
    )[0]
  const liveOf = (agentId: string) =>
    readRows(database, 'workspace_agent_context_resources', 'workspace_agent_id', agentId)

  test('stores every field of every resource as it was given', async () => {
    const { agentId } = await makeAgent(database)
    const resources = makeResources(12)
    const now = '2026-03-04T05:06:07.008Z'
    const result = await push(database, { agentId, version: 7, resources, now })
    expect(result).toStrictEqual(nothing)
    const stored = new Map((await liveOf(agentId)).map((row) => [row.source, row]))
    expect(stored.size).toBe(resources.length)
    for (const one of resources) {
      expect(stored.get(one.source)).toMatchObject({
        body_kind: one.kind,
        body: one.body,
        content_hash: new Uint8Array(Buffer.from(one.contentHash, 'hex')),
        size_bytes: BigInt(one.sizeBytes),
        status: one.status,
        error: one.error ?? '',
        source_path: one.sourcePath ?? '',
        created_at: new Date(now),
        updated_at: new Date(now),
      })
    }
    expect(await snapshotOf(agentId)).toMatchObject({
      version: 7n,
      kind_hashes: await kindHashes(resources),
      snapshot_error: '',
      received_at: new Date(now),
    })
  })

  test('takes what a scan returns, also after a way through JSON', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const found = await scan(fileURLToPath(new URL('../../examples/workspace', import.meta.url)))
    const sent = JSON.parse(JSON.stringify(found)) as typeof found
    await push(database, { agentId, version: 1, ...sent })
    const { chat } = await createChat(database, { ownerId, agentId })
    const pins = await listPins(database, { chatId: chat.id, bodies: true })
    const bySource = new Map(pins.map((pin) => [pin.source, pin]))
    for (const one of found.resources) expect(bySource.get(one.source)).toMatchObject(one)
    expect(pins).toHaveLength(found.resources.length)
  })

  test('refuses two skills of one name, unless one of them is not ok', async () => {
    const { agentId } = await makeAgent(database)
    const [one, other] = ['/a/SKILL.md', '/b/SKILL.md'].map((source) => makeSkill('s', { source }))
    const twice = { agentId, version: 1, resources: [one!, other!] }
    const { message } = await refusal(push(database, twice), 'invalid_input')
    expect(message).toContain('resources[1] ("/b/SKILL.md"): has the skill name of resources[0]')
    const broken = { ...other!, status: 'invalid' as const, body: {}, error: 'a second s' }
    const { accepted } = await push(database, { ...twice, resources: [one!, broken] })
    expect(accepted).toBe(true)
  })

  test('computes the hashes from the rows, and takes none', async () => {
    const { agentId } = await makeAgent(database)
    const report = { agentId, version: 1, resources: [] }
    const refused = push(database, { ...report, aggregateHash: Uint8Array.of(7) } as PushParams)
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input' })
    await push(database, report)
    expect((await snapshotOf(agentId))!.kind_hashes).toStrictEqual({})
  })

  test('passes the gate without a snapshot, with a greater version, or when initial', async () => {
    const { agentId } = await makeAgent(database)
    const attempt = async (version: number, initial: boolean) =>
      (await push(database, { agentId, version, initial, resources: makeResources(2) })).accepted
    expect(await attempt(0, false)).toBe(true)
    expect(await attempt(0, false)).toBe(false)
    expect(await attempt(5, false)).toBe(true)
    expect(await attempt(4, false)).toBe(false)
    expect(await attempt(5, false)).toBe(false)
    expect(await attempt(Number.MAX_SAFE_INTEGER, false)).toBe(true)
    expect(await attempt(Number.MAX_SAFE_INTEGER, false)).toBe(false)
    expect(await attempt(1, true)).toBe(true)
    expect((await snapshotOf(agentId))!.version).toBe(1n)
    expect(await attempt(2, false)).toBe(true)
  })

  test('changes not one row when the gate refuses it', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    await push(database, { agentId, version: 3, resources: makeResources(4) })
    await createChat(database, { ownerId, agentId })
    const before = await digestRows(database)
    const rows = await liveOf(agentId)
    for (const version of [3, 2, 0]) {
      const resources = makeResources(2, 'late')
      const result = await push(database, { agentId, version, resources, snapshotError: 'late' })
      expect(result).toStrictEqual({ ...nothing, accepted: false, reason: 'version' })
    }
    expect(await digestRows(database)).toStrictEqual(before)
    expect(await liveOf(agentId)).toStrictEqual(rows)
  })

  test('writes what differs, deletes what is absent, and leaves the rest untouched', async () => {
    const { agentId } = await makeAgent(database)
    const [same, changed, gone] = ['same', 'changed', 'gone'].map((name) => makeFile(`/${name}`))
    const first = '2026-01-01T00:00:00.000Z'
    const second = '2026-01-02T00:00:00.000Z'
    await push(database, { agentId, version: 1, resources: [same!, changed!, gone!], now: first })
    const before = await liveOf(agentId)
    const other = makeFile('/changed', 'other')
    const fresh = makeFile('/new')
    await push(database, { agentId, version: 2, resources: [other, same!, fresh], now: second })
    const after = new Map((await liveOf(agentId)).map((row) => [row.source, row]))
    expect([...after.keys()].toSorted()).toStrictEqual(['/changed', '/new', '/same'])
    expect(after.get('/same')).toStrictEqual(before.find(({ source }) => source === '/same'))
    const dates = [...after].map(([source, row]) => [source, row.created_at, row.updated_at])
    expect(dates.toSorted()).toStrictEqual([
      ['/changed', new Date(first), new Date(second)],
      ['/new', new Date(second), new Date(second)],
      ['/same', new Date(first), new Date(first)],
    ])
  })

  test('writes a resource of which only one field differs, whichever it is', async () => {
    const { agentId } = await makeAgent(database)
    const base = makeFile('/shop/AGENTS.md', 'x', { error: 'e', sourcePath: '/p' })
    const variants = [
      base,
      { ...base, kind: 'skill' as const },
      { ...base, body: { content: 'eQ==' } },
      { ...base, contentHash: '01' },
      { ...base, sizeBytes: Number.MAX_SAFE_INTEGER },
      { ...base, status: 'excluded' as const },
      { ...base, error: '' },
      { ...base, sourcePath: '' },
    ]
    const seen = new Set<string>()
    for (const [version, resource] of variants.entries()) {
      await push(database, { agentId, version, resources: [resource] })
      const [row] = await liveOf(agentId)
      expect(row!.size_bytes).toBe(BigInt(resource.sizeBytes))
      seen.add(row!.xmin)
    }
    expect(seen.size).toBe(variants.length)
  })

  test('hydrates, dirties and settles the chats of its agent, and says which', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const one = makeResources(3)
    const waiting = (await createChat(database, { ownerId, agentId, follows: [] })).chat
    const first = await push(database, { agentId, version: 1, resources: one, snapshotError: 'e' })
    expect(first).toStrictEqual({ ...nothing, hydrated: [waiting] })
    expect(await getChatContext(database, { chatId: waiting.id })).toMatchObject({ error: 'e' })
    const two = makeResources(3, 'two')
    const now = new Date('2026-02-01T00:00:00Z')
    const drifted = await push(database, { agentId, version: 2, resources: two, now })
    expect(drifted).toStrictEqual({ ...nothing, dirtied: [waiting] })
    expect((await readChat(database, waiting.id)).context_dirty_since).toStrictEqual(now)
    const later = await push(database, { agentId, version: 3, resources: [] })
    expect(later).toStrictEqual(nothing)
    const kept = await getChatContext(database, { chatId: waiting.id })
    expect(kept).toMatchObject({ dirty: true, dirtySince: now, error: 'e' })
    const back = await push(database, { agentId, version: 4, resources: one })
    expect(back).toStrictEqual({ ...nothing, settled: [waiting] })
    const clean = await getChatContext(database, { chatId: waiting.id })
    expect(clean).toMatchObject({ dirty: false, dirtySince: null })
    expect((await readChat(database, waiting.id)).context_dirty_since).toBeNull()
  })

  test('lists the chats it changed by ascending id', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    for (let n = 0; n < 10; n++) await createChat(database, { ownerId, agentId })
    const { hydrated } = await push(database, { agentId, version: 1, resources: [] })
    expect(hydrated).toHaveLength(10)
    expect(hydrated.map(({ id }) => id)).toStrictEqual(hydrated.map(({ id }) => id).toSorted())
    const { dirtied } = await push(database, { agentId, version: 2, resources: makeResources(1) })
    expect(dirtied).toStrictEqual(hydrated)
  })

  test('hydrates and settles nothing while the agent is not ready', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId, agentId })
    const resources = makeResources(2)
    const early = await push(database, { agentId, version: 1, ready: false, resources })
    expect(early).toStrictEqual(nothing)
    expect(await liveOf(agentId)).toHaveLength(2)
    const chatId = chat.id
    expect((await getChatContext(database, { chatId })).hydrated).toBe(false)
    expect((await push(database, { agentId, version: 2, resources })).hydrated).toStrictEqual([
      chat,
    ])
    const other = makeResources(2, 'two')
    await push(database, { agentId, version: 3, ready: false, resources: other })
    expect((await getChatContext(database, { chatId })).dirty).toBe(false)
  })

  test('hydrates from an agent that has no resources at all', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId, agentId })
    await push(database, { agentId, version: 1, resources: [] })
    const context = await getChatContext(database, { chatId: chat.id })
    expect(context).toMatchObject({ hydrated: true, dirty: false, counts: [] })
  })

  test('replaces resources whose snapshot somebody took away', async () => {
    const { agentId } = await makeAgent(database)
    await push(database, { agentId, version: 5, resources: makeResources(4) })
    const snapshots = `"${database.schema}".workspace_agent_context_snapshots`
    await database.query(`DELETE FROM ${snapshots} WHERE workspace_agent_id = $1`, [agentId])
    const resources = makeResources(2)
    expect((await push(database, { agentId, version: 1, resources })).accepted).toBe(true)
    const sources = (await liveOf(agentId)).map(({ source }) => source)
    expect(sources.toSorted()).toStrictEqual(resources.map(({ source }) => source).toSorted())
  })

  test('is refused for an agent that is deleted, softly or not', async () => {
    const { agentId } = await makeAgent(database)
    const agents = `"${database.schema}".workspace_agents`
    await database.query(`UPDATE ${agents} SET deleted = true WHERE id = $1`, [agentId])
    const before = await digestRows(database)
    await refusal(push(database, { agentId, version: 1, resources: [] }), 'agent_deleted')
    expect(await digestRows(database)).toStrictEqual(before)
    await database.query(`DELETE FROM ${agents} WHERE id = $1`, [agentId])
    await refusal(push(database, { agentId, version: 1, resources: [] }), 'agent_not_found')
  })
})

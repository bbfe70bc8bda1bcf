import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  addMessages,
  createChat,
  type Database,
  getChatContexts,
  getPin,
  type JsonValue,
  limits,
  listChats,
  listPins,
  purge,
  purgeExpired,
  push,
  type ResourceInput,
} from '../../src/index.js'
import { engineNames, recording, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeFile } from './make-resources.js'
import { readRows } from './read-rows.js'
import { refusal } from './refusal.js'

/** A text of so many bytes, most of it in characters of two bytes. */
const textOf = (bytes: number) => `${'é'.repeat(Math.floor(bytes / 2))}${bytes % 2 ? 'x' : ''}`

/** A body of so many bytes as JSON. */
const bodyOf = (bytes: number) => ({ content: 'x'.repeat(bytes - '{"content":""}'.length) })

/** A body that nests so deep, itself being 1. */
function nested(depth: number, wrap: (inner: JsonValue) => JsonValue): ResourceInput['body'] {
  let value: JsonValue = 0
  for (let level = 1; level < depth; level++) value = wrap(value)
  return { value }
}

const inArray = (inner: JsonValue) => [inner]
const inObject = (inner: JsonValue) => ({ inner })

/** For each cap of a resource: changes at the cap, and the same one past it. */
const resourceCaps: [string, number, (size: number) => Partial<ResourceInput>][] = [
  ['source', limits.sourceBytesMax, (size) => ({ source: textOf(size) })],
  ['sourcePath', limits.sourceBytesMax, (size) => ({ sourcePath: textOf(size) })],
  ['error', limits.errorBytesMax, (size) => ({ error: textOf(size) })],
  ['contentHash', limits.hashBytesMax, (size) => ({ contentHash: '0f'.repeat(size) })],
  ['body', limits.bodyBytesMax, (size) => ({ body: bodyOf(size) })],
  ['body', limits.bodyDepthMax, (size) => ({ body: nested(size, inArray) })],
  ['body', limits.bodyDepthMax, (size) => ({ body: nested(size, inObject) })],
]

describe.each(engineNames)('caps on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  let agentId: string
  let version = 0
  beforeAll(async () => {
    database = await engine.install()
    agentId = (await makeAgent(database)).agentId
  })

  async function accepts(params: Partial<Parameters<typeof push>[1]>): Promise<void> {
    version += 1
    const result = await push(database, { agentId, version, resources: [], ...params })
    expect(result.accepted).toBe(true)
  }

  /** Refuses before anything is sent, and says where and, where it is a number, what the cap is. */
  async function refuses(
    params: Partial<Parameters<typeof push>[1]>,
    ...parts: string[]
  ): Promise<void> {
    const texts: string[] = []
    const input = { agentId, version: version + 1, resources: [], ...params }
    const { message } = await refusal(push(recording(database, texts), input), 'invalid_input')
    for (const part of parts) expect(message).toContain(part)
    expect(texts).toStrictEqual([])
  }

  test.each(resourceCaps)(
    '%s of a resource may be at %i, and not one past',
    async (field, cap, of) => {
      const good = { ...makeFile('/second'), ...of(cap) }
      await accepts({ resources: [makeFile('/first'), good] })
      const live = await readRows(
        database,
        'workspace_agent_context_resources',
        'workspace_agent_id',
        agentId,
      )
      expect(live.map(({ source }) => source).toSorted()).toStrictEqual(
        ['/first', good.source].toSorted(),
      )
      const bad = { ...makeFile('/second'), ...of(cap + 1) }
      const source = JSON.stringify(bad.source.slice(0, 20)).slice(0, -1)
      await refuses(
        { resources: [makeFile('/first'), bad] },
        'resources[1]',
        source,
        field,
        `${cap}`,
      )
    },
  )

  test('a push may carry so many resources, and not one more', async () => {
    const all = Array.from({ length: limits.resourcesMax + 1 }, (_, n) => makeFile(`/${n}`))
    await accepts({ resources: all.slice(1) })
    await refuses({ resources: all }, 'resources', `${limits.resourcesMax}`)
  })

  test('all bodies of a push may have so many bytes together, and not one more', async () => {
    const count = limits.bodiesBytesMax / limits.bodyBytesMax
    const resources = Array.from({ length: count }, (_, n) =>
      makeFile(`/${n}`, '', { body: bodyOf(limits.bodyBytesMax) }),
    )
    await accepts({ resources })
    const small = '{"content":""}'.length
    resources[0] = makeFile('/0', '', { body: bodyOf(limits.bodyBytesMax - small + 1) })
    resources.push(makeFile('/more', '', { body: bodyOf(small) }))
    await refuses({ resources }, 'resources', `${limits.bodiesBytesMax}`)
  })

  test('the error of a push has a cap', async () => {
    await accepts({ snapshotError: textOf(limits.errorBytesMax) })
    const long = { snapshotError: textOf(limits.errorBytesMax + 1) }
    await refuses(long, 'snapshotError', `${limits.errorBytesMax}`)
  })

  test('versions and sizes are integers as far as a number is exact', async () => {
    const sized = (sizeBytes: number) => ({
      resources: [makeFile('/x', '', { sizeBytes })],
    })
    for (const good of [0, Number.MAX_SAFE_INTEGER]) await accepts(sized(good))
    await accepts({ version: Number.MAX_SAFE_INTEGER })
    await accepts({ version: 0, initial: true })
    for (const bad of [1n as never, -1, 0.5, Number.MAX_SAFE_INTEGER + 1]) {
      await refuses({ version: bad, initial: true }, 'version')
      await refuses(sized(bad), 'resources[0]', '/x', 'sizeBytes')
    }
  })

  test('titles and messages have caps', async () => {
    const { ownerId } = await makeAgent(database)
    const title = textOf(limits.titleBytesMax)
    const { chat } = await createChat(database, { ownerId, title })
    const chatId = chat.id
    const messages = Array.from({ length: limits.messagesMax + 1 }, () => ({
      role: 'tool' as const,
    }))
    const added = await addMessages(database, { chatId, messages: messages.slice(1) })
    expect(added.ids).toHaveLength(limits.messagesMax)
    expect(added.ids).toStrictEqual(added.ids.toSorted((a, b) => Number(a) - Number(b)))
    const before = await digestRows(database)
    await refusal(createChat(database, { ownerId, title: `${title}x` }), 'invalid_input')
    await refusal(addMessages(database, { chatId, messages }), 'invalid_input')
    const most = { role: 'user' as const, content: 'x'.repeat(limits.messageBytesMax - 2) }
    const more = { role: 'user' as const, content: `${most.content}x` }
    const long = await refusal(addMessages(database, { chatId, messages: [more] }), 'invalid_input')
    expect(long.message).toContain('messages[0].content: has')
    const many = Array(Math.floor(limits.messagesBytesMax / limits.messageBytesMax) + 1).fill(most)
    const all = addMessages(database, { chatId, messages: many })
    expect((await refusal(all, 'invalid_input')).message).toContain(`${limits.messagesBytesMax}`)
    expect(await digestRows(database)).toStrictEqual(before)
    expect((await addMessages(database, { chatId, messages: [most] })).ids).toHaveLength(1)
  })

  test('pages, purges and many chats at once have caps', async () => {
    const ownerId = randomUUID()
    const ids = Array.from({ length: limits.chatsAskedMax + 1 }, () => randomUUID())
    const before = '2001-01-01T00:00:00Z'
    const capped: [string, number, (size: number) => Promise<unknown>][] = [
      ['limit', limits.pageMax, (limit) => listChats(database, { ownerId, limit })],
      ['limit', limits.purgeMax, (limit) => purge(database, { before, limit })],
      ['limit', limits.purgeMax, (limit) => purgeExpired(database, { limit })],
      [
        'retentionDays',
        limits.retentionDaysMax,
        (days) => purgeExpired(database, { retentionDays: days }),
      ],
      [
        'chatIds',
        limits.chatsAskedMax,
        (n) => getChatContexts(database, { chatIds: ids.slice(0, n) }),
      ],
    ]
    for (const [name, cap, ask] of capped) {
      await ask(cap)
      const { message } = await refusal(ask(cap + 1), 'invalid_input')
      expect(message).toContain(name)
      expect(message).toContain(`${cap}`)
    }
  })

  test('everything at its cap at once comes back whole', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const count = limits.resourcesMax
    const resources = Array.from({ length: count }, (_, n) =>
      makeFile(textOf(limits.sourceBytesMax - 4) + String(n).padStart(4, '0'), '', {
        sourcePath: textOf(limits.sourceBytesMax),
        error: textOf(limits.errorBytesMax),
        contentHash: Buffer.alloc(limits.hashBytesMax, n).toString('hex'),
        body: bodyOf(Math.floor(limits.bodiesBytesMax / count)),
      }),
    )
    await push(database, { agentId, version: 1, resources })
    const { chat } = await createChat(database, { ownerId, agentId })
    const pins = await listPins(database, { chatId: chat.id })
    expect(pins.map(({ source }) => source)).toStrictEqual(resources.map(({ source }) => source))
    const last = resources.at(-1)!
    const pin = await getPin(database, { chatId: chat.id, source: last.source })
    expect(pin).toMatchObject({ body: last.body, contentHash: last.contentHash, error: last.error })
  })
})

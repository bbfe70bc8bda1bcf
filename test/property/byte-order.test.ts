import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createChat, diff, listPins, push } from '../../src/index.js'
import { source } from '../../src/laws/arbitraries/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'
import { runs } from './runs.js'
import { places, useDatabase } from './use-database.js'

const byBytes = (sources: readonly string[]) =>
  sources.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

// A sort by locale or by UTF-16 has to give something else for most lists, or they prove nothing.
const otherOrders = [
  (sources: readonly string[]) => sources.toSorted((a, b) => a.localeCompare(b)),
  (sources: readonly string[]) => sources.toSorted(),
]

const sourcesOf = (list: readonly { readonly source: string }[]) => list.map(({ source }) => source)

describe.each(places)('on %s', (place) => {
  const used = useDatabase(place)

  beforeAll(async () => {
    const { database } = used
    const { rows } = await database.query<{ name: string }>(
      `SELECT collname::text AS name FROM pg_collation
       WHERE collname IN ('en-x-icu', 'unicode') ORDER BY collname LIMIT 1`,
    )
    // As in a database whose own collation is a locale's.
    for (const table of ['chat_context_resources', 'workspace_agent_context_resources']) {
      await database.script(
        `ALTER TABLE "${database.schema}".${table}
         ALTER COLUMN source TYPE text COLLATE "${rows[0]!.name}"`,
      )
    }
  })

  test('pins and diffs are listed by the bytes of their sources', async () => {
    const { database } = used
    const lists = fc.uniqueArray(source(), { minLength: 10, maxLength: 25 })
    const differing = otherOrders.map(() => 0)
    await fc.assert(
      fc.asyncProperty(lists, async (sources) => {
        const { agentId, ownerId } = await makeAgent(database)
        const expected = byBytes(sources)
        const resources = sources.map((one) => makeFile(one))
        await push(database, { agentId, version: 1, resources })
        const { chat } = await createChat(database, { ownerId, agentId })
        const chatId = chat.id
        expect(sourcesOf(await listPins(database, { chatId }))).toStrictEqual(expected)
        const others = sources.map((one) => makeFile(one, 'other'))
        await push(database, { agentId, version: 2, resources: others })
        expect(sourcesOf((await diff(database, { chatId })).modified)).toStrictEqual(expected)
        await push(database, { agentId, version: 3, resources: [] })
        expect(sourcesOf((await diff(database, { chatId })).removed)).toStrictEqual(expected)
        const empty = await createChat(database, { ownerId, agentId })
        await push(database, { agentId, version: 4, resources })
        const { added } = await diff(database, { chatId: empty.chat.id })
        expect(sourcesOf(added)).toStrictEqual(expected)
        otherOrders.forEach((order, index) => {
          if (order(sources).join() !== expected.join()) differing[index]! += 1
        })
      }),
      { ...runs(10), examples: [[['/\uffee', '/\u{1f600}', '/B', '/a', '/\u00e9', '/f']]] },
    )
    for (const count of differing) expect(count).toBeGreaterThan(1)
  })
})

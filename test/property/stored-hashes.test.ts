import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createChat, kindHashes, push, type ResourceInput } from '../../src/index.js'
import { resources } from '../../src/laws/arbitraries/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'
import { readChat, readRows } from '../context/read-rows.js'
import { runs } from './runs.js'
import { places, useDatabase } from './use-database.js'

/** Sources that look like netstrings, or that a locale, UTF-16 or a C string would order or end. */
const hostile = [
  ...['1:a,', '1:a,1:b,2:ok,', ',', ':', '0:,', '12', "'", '"', '\\', '\\x00', '%s', '$1', '{}'],
  ...[
    'a',
    'A',
    'b',
    'B',
    'ä',
    'a\u0308',
    'ı',
    'I',
    'i',
    'İ',
    'ß',
    'ss',
    'ﬀ',
    'z',
    'Z',
    '-',
    '_',
    ' ',
  ],
  ...[
    '\uffee',
    '\u{1f600}',
    '\ue000',
    '\u{10ffff}',
    '\ufeff',
    '\ufeffa',
    '\u200b',
    '\u202e',
    '\u0001',
  ],
  ...['\n', '\r\n', '\t', '\u0085', '/a/../b', 'mcp:a', 'x'.repeat(1024), '\u{1f600}'.repeat(256)],
]

const hashes = [...['00', '2c', '003aff', '00'.repeat(64)]]

const hostileResources: ResourceInput[] = hostile.map((source, index) =>
  makeFile(source, 'x', { contentHash: hashes[index % hashes.length]! }),
)

describe.each(places)('on %s', (place) => {
  const used = useDatabase(place)

  /** The hashes that the database computes for live resources, and for the pins of a chat. */
  async function storedFor(list: readonly ResourceInput[]) {
    const { database } = used
    const { agentId, ownerId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: list })
    const { chat } = await createChat(database, { ownerId, agentId })
    const [snapshot] = await readRows(
      database,
      'workspace_agent_context_snapshots',
      'workspace_agent_id',
      agentId,
    )
    return [snapshot!.kind_hashes, (await readChat(database, chat.id)).context_hashes]
  }

  test('the database computes the hashes that the code computes, whatever the sources are', async () => {
    await used.rewind()
    const expected = await kindHashes(hostileResources)
    expect(await storedFor(hostileResources)).toStrictEqual([expected, expected])
    const reversed = hostileResources.toReversed()
    expect(await storedFor(reversed)).toStrictEqual([expected, expected])
    const moved = hostileResources.map((one) => ({ ...one, status: 'excluded', body: {} }) as const)
    expect(await storedFor(moved)).not.toStrictEqual([expected, expected])
  })

  test('the database computes the hashes that the code computes, for any resources', async () => {
    const { rewind, share } = used
    await fc.assert(
      fc
        .asyncProperty(resources({ maxLength: 12 }), async (list) => {
          const expected = await kindHashes(list)
          expect(await storedFor(list)).toStrictEqual([expected, expected])
        })
        .beforeEach(rewind),
      runs(share(40)),
    )
  })
})

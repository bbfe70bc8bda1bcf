import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bind,
  type ContextDiff,
  createChat,
  diff,
  listPins,
  push,
  type ResourceInput,
} from '../../src/index.js'
import { rightHunks } from '../../src/laws/model/hunks.js'
import { apply, changesOf, invert } from '../../src/laws/rules/diff.js'
import { makeAgent } from '../context/make-agent.js'
import { neighbouringLists } from './neighbouring-lists.js'
import { runs } from './runs.js'
import { places, useDatabase } from './use-database.js'

const sidesOf = ({ added, removed, modified }: ContextDiff) => ({ added, removed, modified })
const nothing = { added: [], removed: [], modified: [] }

/** What a diff compares of each resource, by source. */
const sidesBySource = (list: readonly Omit<ResourceInput, 'body'>[]) =>
  new Map(
    list.map(({ source, kind, contentHash, sizeBytes, status }) => [
      source,
      `${kind} ${contentHash} ${sizeBytes} ${status}`,
    ]),
  )

const inByteOrder = (list: readonly ResourceInput[]) =>
  list.toSorted((a, b) => Buffer.compare(Buffer.from(a.source), Buffer.from(b.source)))

/** Without the hunks, of which several may be right: the inverse may have others. */
const withoutHunks = ({ modified, ...diff }: ContextDiff) => ({
  ...sidesOf({ modified, ...diff }),
  modified: modified.map(({ hunks, ...change }) => change),
})

const expectRightHunks = ({ modified }: ContextDiff) => {
  for (const { pinned, live, hunks } of modified) {
    expect(hunks).toStrictEqual(rightHunks(pinned.text, live.text, hunks))
  }
}

/** A diff whose two sides are exchanged. */
const exchanged = ({ added, removed, modified }: ContextDiff) => ({
  added: removed.map(({ source, pinned }) => ({ source, live: pinned })),
  removed: added.map(({ source, live }) => ({ source, pinned: live })),
  modified: modified.map(({ source, pinned, live, tools }) => ({
    ...{ source, pinned: live, live: pinned },
    tools: tools && { ...tools, added: tools.removed, removed: tools.added },
  })),
})

describe.each(places)('on %s a diff', (place) => {
  const used = useDatabase(place)

  /** A chat that is hydrated with one list and bound to an agent that has the other. */
  async function makeDrifted(pinned: readonly ResourceInput[], live: readonly ResourceInput[]) {
    const { database } = used
    const { agentId, ownerId } = await makeAgent(database)
    await push(database, { agentId, version: 1, resources: pinned })
    const { chat } = await createChat(database, { ownerId, agentId, follows: [] })
    const same = await diff(database, { chatId: chat.id })
    const { agentId: next } = await makeAgent(database, { ownerId })
    await push(database, { agentId: next, version: 1, resources: live })
    await bind(database, { chatId: chat.id, agentId: next, sharedWorkspace: true })
    return { chatId: chat.id, same, found: await diff(database, { chatId: chat.id }) }
  }

  test('applied to the pins gives live, and is its own inverse from the other side', async () => {
    const { database, rewind, share } = used
    let differing = 0
    await fc.assert(
      fc
        .asyncProperty(neighbouringLists, async ([before, after]) => {
          const { chatId, same, found } = await makeDrifted(before, after)
          expect(sidesOf(same)).toStrictEqual(nothing)
          const pins = sidesBySource(await listPins(database, { chatId }))
          expect([...pins]).toStrictEqual([...sidesBySource(inByteOrder(before))])
          const live = apply(changesOf(found), pins)
          expect(live).toStrictEqual(sidesBySource(after))
          const back = await makeDrifted(after, before)
          expect(withoutHunks(back.found)).toStrictEqual(exchanged(found))
          expectRightHunks(found)
          expectRightHunks(back.found)
          expect(apply(invert(changesOf(found)), live)).toStrictEqual(pins)
          if (found.modified.length > 0 && found.added.length > 0) differing += 1
        })
        .beforeEach(rewind),
      runs(share(12)),
    )
    expect(differing).toBeGreaterThan(share(12) / 8)
  })
})

const side = { kind: 'skill', contentHash: '01', status: 'ok', text: null } as const
const small = { ...side, sizeBytes: 1 }
const large = { ...side, sizeBytes: 2 }
const uncompared = { hunks: null, tools: null }

test.each<[string, Partial<ContextDiff>]>([
  ['removes what there is not', { removed: [{ source: '/b', pinned: small }] }],
  ['removes something else', { removed: [{ source: '/a', pinned: large }] }],
  ['adds what there is', { added: [{ source: '/a', live: large }] }],
  [
    'modifies what there is not',
    { modified: [{ source: '/b', pinned: small, live: large, ...uncompared }] },
  ],
  [
    'adds what it has removed',
    { removed: [{ source: '/a', pinned: small }], added: [{ source: '/a', live: large }] },
  ],
  ['modifies nothing', { modified: [{ source: '/a', pinned: small, live: small, ...uncompared }] }],
])('a diff that %s contradicts the pins', (_, wrong) => {
  const pins = sidesBySource([{ source: '/a', ...small }])
  const applied = apply(changesOf({ ...nothing, ...wrong }), pins)
  expect([...applied.values()].join()).toContain('a change that contradicts it')
})

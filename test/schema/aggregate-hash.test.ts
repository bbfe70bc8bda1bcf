import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aggregateHash, bodyKinds, type ResourceInput, resourceStatuses } from '../../src/index.js'
import { compareBytes, inHashOrder } from '../../src/schema/aggregate-hash.js'

const runs = { seed: 20261122, numRuns: 200 }
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const hashOf = async (resources: readonly ResourceInput[]) => hex(await aggregateHash(resources))

const resource = fc.record({
  source: fc.string({ unit: 'grapheme', maxLength: 12 }),
  kind: fc.constantFrom(...bodyKinds),
  body: fc.constant({}),
  contentHash: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  sizeBytes: fc.nat(),
  status: fc.constantFrom(...resourceStatuses),
  error: fc.string({ maxLength: 5 }),
  sourcePath: fc.string({ maxLength: 5 }),
})
const resources = fc.uniqueArray(resource, {
  maxLength: 8,
  selector: ({ kind, source }) => `${kind} ${source}`,
})

const one: ResourceInput = {
  source: '/AGENTS.md',
  kind: 'instruction_file',
  body: {},
  contentHash: Uint8Array.of(1, 2, 3),
  sizeBytes: 7,
  status: 'ok',
}

describe('the aggregate hash', () => {
  test('is the sha256 of netstrings, computed by hand', async () => {
    const skill: ResourceInput = { ...one, kind: 'skill', source: '/é', status: 'invalid' }
    const earlier: ResourceInput = { ...one, source: '/AGENTS.m' }
    const bytes = Buffer.concat([
      Buffer.from('16:instruction_file,9:/AGENTS.m,3:'),
      Buffer.of(1, 2, 3),
      Buffer.from(',2:ok,16:instruction_file,10:/AGENTS.md,3:'),
      Buffer.of(1, 2, 3),
      Buffer.from(',2:ok,5:skill,3:/é,3:'),
      Buffer.of(1, 2, 3),
      Buffer.from(',7:invalid,'),
    ])
    const expected = createHash('sha256').update(bytes).digest('hex')
    expect(await hashOf([skill, one, earlier])).toBe(expected)
  })

  test('of nothing is the sha256 of nothing', async () => {
    expect(await hashOf([])).toBe(createHash('sha256').digest('hex'))
  })

  test('does not depend on the order of the list', async () => {
    await fc.assert(
      fc.asyncProperty(
        resources.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        async ([list, shuffled]) => {
          expect(await hashOf(shuffled)).toBe(await hashOf(list))
        },
      ),
      runs,
    )
  })

  test('is insensitive to source path, error, size and body', async () => {
    const others = fc.record({
      sourcePath: fc.string(),
      error: fc.string(),
      sizeBytes: fc.maxSafeNat(),
      body: fc.dictionary(fc.string(), fc.string()),
    })
    await fc.assert(
      fc.asyncProperty(resources, others, async (list, other) => {
        expect(await hashOf(list.map((each) => ({ ...each, ...other })))).toBe(await hashOf(list))
      }),
      runs,
    )
  })

  test.each([
    ['kind', { kind: 'skill' }],
    ['source', { source: '/AGENTS.mD' }],
    ['content hash', { contentHash: Uint8Array.of(1, 2, 4) }],
    ['length of the content hash', { contentHash: Uint8Array.of(1, 2, 3, 0) }],
    ['status', { status: 'oversize' }],
  ] as const)('is sensitive to the %s', async (_, change) => {
    expect(await hashOf([{ ...one, ...change }])).not.toBe(await hashOf([one]))
    expect(await hashOf([one, { ...one, source: '/z', ...change }])).not.toBe(
      await hashOf([one, { ...one, source: '/z' }]),
    )
  })

  test('differs for any two lists that differ in what it covers', async () => {
    const covered = (list: readonly ResourceInput[]) =>
      JSON.stringify(
        inHashOrder(list).map(({ kind, source, contentHash, status }) => [
          kind,
          source,
          hex(contentHash),
          status,
        ]),
      )
    await fc.assert(
      fc.asyncProperty(resources, resources, async (a, b) => {
        expect((await hashOf(a)) === (await hashOf(b))).toBe(covered(a) === covered(b))
      }),
      runs,
    )
  })

  test('bytes moved from one field or resource to the next make another hash', async () => {
    const text = (value: string) => new TextEncoder().encode(value)
    const swapped = [
      [{ ...one, source: 'a', contentHash: text('b') }],
      [{ ...one, source: 'ab', contentHash: text('') }],
      [{ ...one, source: '', contentHash: text('ab') }],
      [{ ...one, source: 'a,1:b', contentHash: text('') }],
      [{ ...one, source: 'a', contentHash: text('b,2:ok,') }],
      [{ ...one, source: 'a', contentHash: text('b,2:ok,16:instruction_file,1:c,1:d') }],
      [
        { ...one, source: 'a', contentHash: text('b') },
        { ...one, source: 'c', contentHash: text('d') },
      ],
    ]
    const hashes = await Promise.all(swapped.map((list) => hashOf(list)))
    expect(new Set(hashes).size).toBe(swapped.length)
  })

  test('leaves the list as it was', async () => {
    const list = Object.freeze([{ ...one, source: 'b' }, one])
    await aggregateHash(list)
    expect(list.map(({ source }) => source)).toEqual(['b', '/AGENTS.md'])
  })
})

describe('the order of bytes', () => {
  test('is that of Buffer.compare', () => {
    const bytes = fc.uint8Array({ maxLength: 6 })
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
      }),
      { ...runs, numRuns: 2000 },
    )
  })

  test('of sources is that of their UTF-8, not of UTF-16', () => {
    // UTF-16 would put the surrogates of the second before the first.
    const [first, second] = ['\uffee', '\u{1F600}']
    expect(first > second).toBe(true)
    const ordered = inHashOrder([second, first, 'z', ''].map((source) => ({ ...one, source })))
    expect(ordered.map(({ source }) => source)).toEqual(['', 'z', first, second])
  })
})

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aggregateHash, kindHashes, type ResourceInput } from '../../src/index.js'
import { compareBytes, inHashOrder } from '../../src/schema/kind-hashes.js'

const hashOf = async (resources: readonly ResourceInput[]) =>
  await aggregateHash(await kindHashes(resources))

const one: ResourceInput = {
  source: '/AGENTS.md',
  kind: 'instruction_file',
  body: {},
  contentHash: '010203',
  sizeBytes: 7,
  status: 'ok',
}

describe('the hashes of kinds', () => {
  test('is the sha256 of netstrings, computed by hand', async () => {
    const skill: ResourceInput = { ...one, kind: 'skill', source: '/é', status: 'invalid' }
    const earlier: ResourceInput = { ...one, source: '/AGENTS.m' }
    const sha256 = (...parts: (string | Buffer)[]) => {
      const hash = createHash('sha256')
      for (const part of parts) hash.update(part)
      return hash.digest('hex')
    }
    const bytes = Buffer.of(1, 2, 3)
    const hashes = {
      instruction_file: sha256('9:/AGENTS.m,3:', bytes, ',2:ok,10:/AGENTS.md,3:', bytes, ',2:ok,'),
      skill: sha256('3:/é,3:', bytes, ',7:invalid,'),
    }
    expect(await kindHashes([skill, one, earlier])).toEqual(hashes)
    const kinds = [
      `16:instruction_file,64:${hashes.instruction_file},`,
      `5:skill,64:${hashes.skill},`,
    ]
    expect(await hashOf([skill, one, earlier])).toBe(sha256(...kinds))
  })

  test('of a kind without resources is missing', async () => {
    expect(await kindHashes([])).toEqual({})
    expect(Object.keys(await kindHashes([one]))).toEqual(['instruction_file'])
  })

  test('of nothing is the sha256 of nothing', async () => {
    expect(await hashOf([])).toBe(createHash('sha256').digest('hex'))
  })

  test('bytes moved from one field or resource to the next make another hash', async () => {
    const text = (value: string) => Buffer.from(value).toString('hex')
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
    await kindHashes(list)
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
      { seed: 20261122, numRuns: 2000 },
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

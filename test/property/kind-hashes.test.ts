import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregateHash, enums, kindHashes, type ResourceInput } from '../../src/index.js'
import { resource, resources } from '../../src/laws/arbitraries/index.js'
import { inHashOrder } from '../../src/schema/kind-hashes.js'
import { neighbouringLists } from './neighbouring-lists.js'
import { runs } from './runs.js'

const options = runs(150)
const hex = (text: string) => Buffer.from(text).toString('hex')
const hashOf = async (list: readonly ResourceInput[]) => await aggregateHash(await kindHashes(list))

/** What the hash covers, in its order: equal for two lists exactly when their hashes have to be. */
const coveredIn = (list: readonly ResourceInput[]) =>
  JSON.stringify(
    inHashOrder(list).map(({ kind, source, contentHash, status }) => [
      ...[kind, source, contentHash, status],
    ]),
  )

/** The bytes that the hash would be taken of without the lengths before them. */
const withoutLengths = (list: readonly ResourceInput[]) =>
  inHashOrder(list)
    .flatMap(({ kind, source, contentHash, status }) => [
      ...[hex(kind), hex(source), contentHash, hex(status)],
    ])
    .join('')

const filled = resources({ maxLength: 5 }).filter((list) => list.length > 0)

test('the aggregate hash does not depend on the order of the list', async () => {
  const shuffled = resources().chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  )
  await fc.assert(
    fc.asyncProperty(shuffled, async ([list, other]) => {
      expect(await hashOf(other)).toBe(await hashOf(list))
    }),
    options,
  )
})

test('the aggregate hash depends on each field it covers, and on no other', async () => {
  const fields = ['source', 'kind', 'contentHash', 'status'] as const
  const others = ['body', 'sizeBytes', 'error', 'sourcePath'] as const
  const changed = new Set<string>()
  const property = fc.asyncProperty(
    filled,
    fc.nat(),
    resource(),
    fc.constantFrom(...enums.workspace_agent_context_body_kind),
    fc.constantFrom(...enums.workspace_agent_context_resource_status),
    async (list, place, other, kind, status) => {
      const one = list[place % list.length]!
      const next = { ...other, kind, status }
      const replaced = (field: keyof ResourceInput) =>
        list.map((each) => (each === one ? { ...one, [field]: next[field] } : each))
      for (const field of fields) {
        const isSame = coveredIn(replaced(field)) === coveredIn(list)
        expect((await hashOf(replaced(field))) === (await hashOf(list))).toBe(isSame)
        if (!isSame) changed.add(field)
      }
      for (const field of others) expect(await hashOf(replaced(field))).toBe(await hashOf(list))
    },
  )
  await fc.assert(property, options)
  expect([...changed].toSorted()).toEqual(fields.toSorted())
})

test('two lists have one hash exactly when they agree in what it covers', async () => {
  const counts = { same: 0, other: 0 }
  await fc.assert(
    fc.asyncProperty(neighbouringLists, async ([before, after]) => {
      const isSame = coveredIn(before) === coveredIn(after)
      expect((await hashOf(before)) === (await hashOf(after))).toBe(isSame)
      counts[isSame ? 'same' : 'other'] += 1
    }),
    options,
  )
  expect(Math.min(counts.same, counts.other)).toBeGreaterThan(3)
})

test('bytes moved from a source to the content hash behind it make another hash', async () => {
  const moved = fc.tuple(resource(), fc.nat()).map(([one, place]) => {
    const letters = [...one.source]
    const cut = place % letters.length
    const contentHash = hex(letters.slice(cut).join('')) + one.contentHash
    return [one, { ...one, source: letters.slice(0, cut).join(''), contentHash }] as const
  })
  await fc.assert(
    fc.asyncProperty(moved, async ([one, other]) => {
      expect(withoutLengths([other])).toBe(withoutLengths([one]))
      expect(await hashOf([other])).not.toBe(await hashOf([one]))
    }),
    options,
  )
})

test('a resource taken up by the hash of the one before it makes another hash', async () => {
  const absorbed = filled
    .filter((list) => list.length > 1)
    .map((list) => {
      const [first, second, ...rest] = inHashOrder(list)
      const contentHash = [
        ...[first!.contentHash, hex(first!.status), hex(second!.kind)],
        ...[hex(second!.source), second!.contentHash],
      ].join('')
      return [list, [{ ...first!, contentHash, status: second!.status }, ...rest]] as const
    })
  await fc.assert(
    fc.asyncProperty(absorbed, async ([list, fewer]) => {
      expect(withoutLengths(fewer)).toBe(withoutLengths(list))
      expect(await hashOf(fewer)).not.toBe(await hashOf(list))
    }),
    options,
  )
})

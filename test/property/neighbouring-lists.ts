import fc from 'fast-check'
import type { ResourceInput } from '../../src/index.js'
import { resource, resources } from '../../src/laws/arbitraries/index.js'

const changed = (one: ResourceInput, other: ResourceInput, what: number): ResourceInput => {
  const whole = { ...other, source: one.source }
  const parts: Partial<ResourceInput>[] = [
    { contentHash: other.contentHash },
    { sizeBytes: other.sizeBytes },
    { kind: other.kind, body: {} },
    { status: other.status, body: {} },
    { error: other.error ?? '' },
    { sourcePath: other.sourcePath ?? '' },
  ]
  return what < parts.length ? { ...one, ...parts[what] } : whole
}

/**
 * Two lists of resources as an agent has them one after the other: some stay, some lose a field
 * to another resource, some go, some come.
 */
export const neighbouringLists: fc.Arbitrary<[ResourceInput[], ResourceInput[]]> = fc
  .tuple(
    resources({ maxLength: 8 }),
    resources({ maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom('stays', 'changes', 'goes'), resource(), fc.nat(6)), {
      minLength: 8,
      maxLength: 8,
    }),
  )
  .map(([before, come, fates]) => {
    const after = new Map(come.map((one) => [one.source, one]))
    before.forEach((one, index) => {
      const [fate, other, what] = fates[index]!
      if (fate === 'stays') after.set(one.source, one)
      if (fate === 'changes') after.set(one.source, changed(one, other, what))
    })
    return [before, [...after.values()]]
  })

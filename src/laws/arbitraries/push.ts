import fc from 'fast-check'
import type { PushParams } from '../../context/index.js'
import { limits } from '../../schema/index.js'
import { int64Max } from './resource.js'
import { type ResourcesOptions, resources } from './resources.js'
import { text } from './text.js'

/**
 * A push that is not yet any agent's.
 *
 * @example
 * ```ts
 * import * as driftpin from 'driftpin'
 *
 * const reports: AnyPush[] = fc.sample(push(), 3)
 * for (const report of reports) await driftpin.push(database, { agentId, ...report })
 * ```
 */
export type AnyPush = Omit<PushParams, 'agentId'>

const version: fc.Arbitrary<number | bigint> = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.nat(9) },
  { weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 9n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: int64Max }) },
)

const aggregateHash = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.nat(3).map((byte) => Uint8Array.of(byte)) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: limits.hashBytesMax }) },
)

/** Absent in one of two, or in `times` of `times + 1`. */
function optional<T>(arbitrary: fc.Arbitrary<T>, times = 1): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: times, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary },
  )
}

/** A field that is absent is not there, rather than there and undefined. */
function withoutAbsent<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/**
 * Pushes that are accepted by an agent without a snapshot, every field present or absent. An
 * aggregate hash is mostly absent, since one that is given need not be true. Shrinks to version 0
 * without resources.
 *
 * @example
 * ```ts
 * import * as driftpin from 'driftpin'
 *
 * fc.assert(
 *   fc.asyncProperty(push(), async (report) => {
 *     const { accepted } = await driftpin.push(database, { agentId, ...report, initial: true })
 *     return accepted
 *   }),
 * )
 * ```
 */
export function push(options: ResourcesOptions = {}): fc.Arbitrary<AnyPush> {
  return fc
    .record({
      version,
      initial: optional(fc.boolean(), 2),
      ready: optional(fc.constantFrom(true, true, false)),
      snapshotError: optional(text({ bytesMax: 80, piecesMax: 4 })),
      aggregateHash: optional(aggregateHash, 7),
      resources: resources(options),
    })
    .map(withoutAbsent)
}

import fc from 'fast-check'
import type { PushParams } from '../../context/index.js'
import { limits } from '../../schema/index.js'
import { int64Max, type ResourcesOptions, resources } from './resource.js'
import { text } from './text.js'

/**
 * The parameters of a push except the agent.
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

/** Absent in `times` of `times + 1` cases, which is every second case by default. */
function optional<T>(arbitrary: fc.Arbitrary<T>, times = 1): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: times, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary },
  )
}

/** Removes fields with the value undefined. */
function withoutAbsent<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/**
 * Pushes that an agent without a snapshot accepts, with and without each optional field. Most have
 * no aggregate hash, since a given hash need not describe the resources. Some are not ready, and
 * pin nothing. Shrinks to version 0 without resources.
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

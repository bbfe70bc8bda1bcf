import fc from 'fast-check'
import { type CappedPush, capCases } from './cap-cases.js'

/**
 * What {@link pushAtCap} and {@link pushBeyondCap} can be told.
 *
 * @example
 * ```ts
 * const light: CapOptions = { heavy: false }
 * fc.assert(fc.property(pushAtCap(light), ({ push: report }) => report.resources.length <= 1000))
 * ```
 */
export interface CapOptions {
  /**
   * Whether to make those that take a push of hundreds of kilobytes: 1000 resources, a body of
   * 256 KiB, bodies of 4 MiB together. True by default.
   */
  readonly heavy?: boolean
}

/**
 * Pushes that are accepted, and of which something is exactly at its cap: `cap` is the key in
 * `limits`, or `int64Version` or `int64Size`. Everything else of them is small.
 *
 * @example
 * ```ts
 * import { push } from 'driftpin'
 *
 * fc.assert(
 *   fc.asyncProperty(pushAtCap(), async ({ push: report }) => {
 *     await push(database, { agentId, ...report, initial: true })
 *   }),
 * )
 * ```
 */
export function pushAtCap({ heavy = true }: CapOptions = {}): fc.Arbitrary<CappedPush> {
  const cases = capCases.filter((one) => heavy || !one.heavy)
  return fc.oneof(
    ...cases.flatMap(({ cap, at }) => (at ? [at.map((push) => ({ cap, push }))] : [])),
  )
}

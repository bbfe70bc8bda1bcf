import fc from 'fast-check'
import { type CappedPush, capCases } from './cap-cases.js'
import type { CapOptions } from './push-at-cap.js'

/**
 * Pushes that are refused with `invalid_input` for one thing alone: one byte, level or resource
 * past a cap that `cap` names by its key in `limits` or as `int64Version` or `int64Size`, or for
 * `emptySource`, `duplicateSource`, `unknownKind`, `reservedKind`, `unknownStatus`, `nul`,
 * `loneSurrogate` or `emptyHash`.
 *
 * @example
 * ```ts
 * import { push } from 'driftpin'
 *
 * fc.assert(
 *   fc.asyncProperty(pushBeyondCap(), async ({ push: report }) => {
 *     await assert.rejects(push(database, { agentId, ...report }), { code: 'invalid_input' })
 *   }),
 * )
 * ```
 */
export function pushBeyondCap({ heavy = true }: CapOptions = {}): fc.Arbitrary<CappedPush> {
  const cases = capCases.filter((one) => heavy || !one.heavy)
  return fc.oneof(...cases.map(({ cap, beyond }) => beyond.map((push) => ({ cap, push }))))
}

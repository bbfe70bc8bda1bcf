import fc from 'fast-check'
import {
  type JsonObject,
  limits,
  pushableKinds,
  type ResourceInput,
  type ResourceStatus,
  resourceStatuses,
} from '../../schema/index.js'
import { body, largeBody } from './body.js'
import { source } from './source.js'
import { text, textOfBytes } from './text.js'

/**
 * What {@link resource} and {@link push} can be told.
 *
 * @example
 * ```ts
 * const options: ResourceOptions = { large: true }
 * fc.sample(resource(options), 1)
 * ```
 */
export interface ResourceOptions {
  /** Whether some bodies may be nearly as large as one may be; false by default. */
  readonly large?: boolean
}

/** The largest number that PostgreSQL keeps in a `bigint`. */
export const int64Max = 2n ** 63n - 1n

/** Hashes of which many are equal, so that an agent often comes back to what it had. */
const contentHash = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.nat(3).map((byte) => new Uint8Array(32).fill(byte)) },
  { weight: 5, arbitrary: fc.uint8Array({ minLength: 32, maxLength: 32 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: limits.hashBytesMax, maxLength: limits.hashBytesMax }),
  },
)

const sizeBytes: fc.Arbitrary<number | bigint> = fc.oneof(
  { withCrossShrink: true },
  { weight: 5, arbitrary: fc.nat(20) },
  { weight: 2, arbitrary: fc.nat(limits.bodyBytesMax) },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 20n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: int64Max }) },
  { weight: 1, arbitrary: fc.constantFrom<number | bigint>(Number.MAX_SAFE_INTEGER, int64Max) },
)

const why = fc.oneof(
  { withCrossShrink: true },
  { weight: 8, arbitrary: text({ bytesMax: 80, piecesMax: 4 }).map((error) => error || 'broken') },
  { weight: 1, arbitrary: textOfBytes(limits.errorBytesMax) },
)

const sourcePath = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: source() },
)

const status: fc.Arbitrary<ResourceStatus> = fc.oneof(
  { withCrossShrink: true },
  { weight: 5, arbitrary: fc.constant('ok' as const) },
  { weight: 3, arbitrary: fc.constantFrom(...resourceStatuses) },
)

/**
 * Resources that a push accepts: every kind that it may carry and every status, a body of the
 * shape of its kind for `ok`, `{}` and an error for any other. Bodies have less than 4 KiB as
 * JSON; with `large: true` now and then nearly `limits.bodyBytesMax`, and then strings only.
 * Shrinks to an empty `/AGENTS.md` of no size.
 *
 * @example
 * ```ts
 * const live = fc.uniqueArray(resource(), { selector: ({ source }) => source })
 * ```
 */
export function resource({ large = false }: ResourceOptions = {}): fc.Arbitrary<ResourceInput> {
  return fc.tuple(fc.constantFrom(...pushableKinds), status).chain(([kind, status]) => {
    const isOk = status === 'ok'
    const okBody = large
      ? fc.oneof(
          { withCrossShrink: true },
          { weight: 5, arbitrary: body(kind) },
          { weight: 1, arbitrary: largeBody(kind) },
        )
      : body(kind)
    return fc.record(
      {
        source: source(),
        kind: fc.constant(kind),
        body: isOk ? okBody : fc.constant<JsonObject>({}),
        contentHash,
        sizeBytes,
        status: fc.constant(status),
        error: isOk ? fc.constant('') : why,
        sourcePath,
      },
      {
        requiredKeys: [
          ...(['source', 'kind', 'body', 'contentHash', 'sizeBytes', 'status'] as const),
          ...(isOk ? [] : (['error'] as const)),
        ],
      },
    ) as fc.Arbitrary<ResourceInput>
  })
}

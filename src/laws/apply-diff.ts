import type { ContextDiff, DiffSide } from '../context/index.js'
import { DriftpinError } from '../errors.js'
import { compareBytes, type ResourceInput } from '../schema/index.js'

/** What a diff compares of a resource: two that agree in it are equal. */
export interface DiffedResource {
  readonly source: string
  readonly kind: ResourceInput['kind']
  readonly contentHash: Uint8Array
  readonly sizeBytes: bigint
  readonly status: ResourceInput['status']
}

/** Leaves of a resource, a pin or a live row what a diff compares. */
export function diffedResource({
  source,
  kind,
  contentHash,
  sizeBytes,
  status,
}: Omit<DiffedResource, 'sizeBytes'> & { readonly sizeBytes: number | bigint }): DiffedResource {
  // A Buffer is another thing than the Uint8Array with the same bytes to many a comparison.
  const bytes = new Uint8Array(contentHash)
  return { source, kind, contentHash: bytes, sizeBytes: BigInt(sizeBytes), status }
}

/**
 * Applies a diff to the pins that it was made of, as `patch` does with a file, and gives the live
 * side, by source in byte order.
 *
 * @throws DriftpinError `invalid_input` where the diff says of a source what is not so: that is a
 * diff of something else, or a wrong one.
 *
 * @example
 * ```ts
 * const live = applyDiff(await diff(database, { chatId }), await listPins(database, { chatId }))
 * ```
 */
export function applyDiff(
  diff: Pick<ContextDiff, 'added' | 'removed' | 'modified'>,
  pins: readonly Parameters<typeof diffedResource>[0][],
): DiffedResource[] {
  const before = new Map(pins.map((pin) => [pin.source, diffedResource(pin)]))
  const bySource = new Map(before)
  const expectPinned = (source: string, pinned: DiffSide | undefined) => {
    if (!agree(before.get(source), pinned)) throw notOfThese(source)
  }
  for (const { source, pinned } of diff.removed) {
    expectPinned(source, pinned)
    bySource.delete(source)
  }
  for (const { source, pinned, live } of diff.modified) {
    expectPinned(source, pinned)
    if (agree(pinned, live)) throw notOfThese(source)
    bySource.set(source, diffedResource({ source, ...live }))
  }
  for (const { source, live } of diff.added) {
    expectPinned(source, undefined)
    bySource.set(source, diffedResource({ source, ...live }))
  }
  const utf8 = new TextEncoder()
  return [...bySource.values()]
    .map((resource) => ({ resource, bytes: utf8.encode(resource.source) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes))
    .map(({ resource }) => resource)
}

type Compared = Omit<DiffedResource, 'source'>

function agree(one: Compared | undefined, other: Compared | undefined): boolean {
  if (!one || !other) return one === other
  return (
    one.kind === other.kind &&
    one.status === other.status &&
    one.sizeBytes === other.sizeBytes &&
    compareBytes(one.contentHash, other.contentHash) === 0
  )
}

function notOfThese(source: string): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    `The diff says of ${JSON.stringify(source)} what is not so of these pins. Apply it to those ` +
      'that it was made of.',
    { source },
  )
}

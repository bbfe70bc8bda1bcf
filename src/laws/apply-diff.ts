import type { ContextDiff, DiffSide } from '../context/index.js'
import { DriftpinError } from '../errors.js'
import type { ResourceInput } from '../schema/index.js'
import { inByteOrder } from './model/text.js'

/** The properties of a resource that a diff compares: two resources with equal ones are equal. */
export interface DiffedResource {
  readonly source: string
  readonly kind: ResourceInput['kind']
  readonly contentHash: Uint8Array
  readonly sizeBytes: bigint
  readonly status: ResourceInput['status']
}

/** Reduces a resource, a pin or a live row to what a diff compares. */
export function diffedResource({
  source,
  kind,
  contentHash,
  sizeBytes,
  status,
}: Omit<DiffedResource, 'sizeBytes'> & { readonly sizeBytes: number | bigint }): DiffedResource {
  // Many comparisons distinguish a Buffer from a Uint8Array with the same bytes.
  const bytes = new Uint8Array(contentHash)
  return { source, kind, contentHash: bytes, sizeBytes: BigInt(sizeBytes), status }
}

/**
 * Applies a diff to the pins that it was made from, as `patch` does with a file, and returns the
 * live resources by source in byte order.
 *
 * @throws DriftpinError `invalid_input` if the diff contradicts the pins: it is wrong, or it is the
 * diff of other pins.
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
    if (!agree(before.get(source), pinned)) throw contradiction(source)
  }
  for (const { source, pinned } of diff.removed) {
    expectPinned(source, pinned)
    bySource.delete(source)
  }
  for (const { source, pinned, live } of diff.modified) {
    expectPinned(source, pinned)
    if (agree(pinned, live)) throw contradiction(source)
    bySource.set(source, diffedResource({ source, ...live }))
  }
  for (const { source, live } of diff.added) {
    expectPinned(source, undefined)
    bySource.set(source, diffedResource({ source, ...live }))
  }
  return inByteOrder([...bySource.keys()]).map((source) => bySource.get(source)!)
}

type Compared = Omit<DiffedResource, 'source'>

function agree(one: Compared | undefined, other: Compared | undefined): boolean {
  if (!one || !other) return one === other
  return (
    one.kind === other.kind &&
    one.status === other.status &&
    one.sizeBytes === other.sizeBytes &&
    Buffer.compare(one.contentHash, other.contentHash) === 0
  )
}

function contradiction(source: string): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    `The diff contradicts the pins at ${JSON.stringify(source)}. Apply it to the pins that it was ` +
      'made from.',
    { source },
  )
}

/**
 * The diff in the other direction: added and removed resources are exchanged, and so are the two
 * sides of modified ones.
 *
 * @example
 * ```ts
 * const found = await diff(database, { chatId })
 * const pins = applyDiff(invertDiff(found), applyDiff(found, await listPins(database, { chatId })))
 * ```
 */
export function invertDiff<D extends Pick<ContextDiff, 'added' | 'removed' | 'modified'>>(
  diff: D,
): D {
  return {
    ...diff,
    added: diff.removed.map(({ source, pinned }) => ({ source, live: pinned })),
    removed: diff.added.map(({ source, live }) => ({ source, pinned: live })),
    modified: diff.modified.map(({ source, pinned, live }) => ({
      source,
      pinned: live,
      live: pinned,
    })),
  }
}

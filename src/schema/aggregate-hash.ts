import { sha256 } from '../database/index.js'
import type { ResourceInput } from './resource.js'
import { textBytes } from './storable-text.js'

const utf8 = new TextEncoder()

/** Four lengths of at most twelve digits, each with a colon and a comma. */
const bytesAroundMax = 4 * 14

/** Compares two byte strings as memcmp does, which is how PostgreSQL orders COLLATE "C". */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/**
 * Sorts resources by kind name, then source, both in bytes: the order of the aggregate hash.
 * Returns a new array.
 */
export function inHashOrder<R extends Pick<ResourceInput, 'kind' | 'source'>>(
  resources: readonly R[],
): R[] {
  return resources
    .map((resource) => ({
      resource,
      kind: utf8.encode(resource.kind),
      source: utf8.encode(resource.source),
    }))
    .sort((a, b) => compareBytes(a.kind, b.kind) || compareBytes(a.source, b.source))
    .map(({ resource }) => resource)
}

/**
 * The hash of a whole context: sha256 over its resources, ordered by the bytes of kind name and
 * source. Each resource contributes its kind, source, content hash and status as netstrings
 * (`<decimal length>:<bytes>,`). Because of the lengths, two different lists never give the same
 * bytes.
 *
 * `sourcePath`, `error`, `sizeBytes` and the order of the list do not change the hash.
 *
 * @example
 * ```ts
 * const { resources } = await scan('/home/dev/shop')
 * const hash = await aggregateHash(resources) // 32 bytes
 * ```
 */
export async function aggregateHash(
  resources: readonly Pick<ResourceInput, 'kind' | 'source' | 'contentHash' | 'status'>[],
): Promise<Uint8Array> {
  const ordered = inHashOrder(resources)
  const text = (value: string) => `${textBytes(value)}:${value},`
  // One buffer for all resources, because a thousand of them would need thousands of small ones.
  const bytesMax = ordered.reduce(
    (sum, { kind, source, contentHash, status }) =>
      sum + bytesAroundMax + 3 * (kind.length + source.length + status.length) + contentHash.length,
    0,
  )
  const whole = new Uint8Array(bytesMax)
  let end = 0
  const append = (value: string) => {
    end += utf8.encodeInto(value, whole.subarray(end)).written
  }
  for (const { kind, source, contentHash, status } of ordered) {
    append(`${text(kind)}${text(source)}${contentHash.length}:`)
    whole.set(contentHash, end)
    end += contentHash.length
    append(`,${text(status)}`)
  }
  return await sha256(whole.subarray(0, end))
}

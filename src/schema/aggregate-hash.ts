import { sha256 } from '../database/sha256.js'
import type { ResourceInput } from './resource.js'
import { textBytes } from './storable-text.js'

const utf8 = new TextEncoder()

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
 * The hash of a whole context: sha256 over its resources in {@link inHashOrder}, each of which
 * contributes the netstrings (`<decimal length>:<bytes>,`) of its kind, source, content hash and
 * status. Length prefixes make it injective: no two different lists give the same bytes.
 *
 * `sourcePath`, `error`, `sizeBytes` and the order of the list do not count.
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
  const text = (value: string) => `${textBytes(value)}:${value},`
  // Few and large chunks: a thousand resources would be twelve thousand small ones.
  const chunks = inHashOrder(resources).flatMap(({ kind, source, contentHash, status }) => [
    utf8.encode(`${text(kind)}${text(source)}${contentHash.length}:`),
    contentHash,
    utf8.encode(`,${text(status)}`),
  ])
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return await sha256(whole)
}

import type { ResourceInput } from './resource.js'

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
  const chunks: Uint8Array[] = []
  const netstring = (bytes: Uint8Array) => {
    chunks.push(utf8.encode(`${bytes.length}:`), bytes, utf8.encode(','))
  }
  for (const { kind, source, contentHash, status } of inHashOrder(resources)) {
    netstring(utf8.encode(kind))
    netstring(utf8.encode(source))
    netstring(contentHash)
    netstring(utf8.encode(status))
  }
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole))
}

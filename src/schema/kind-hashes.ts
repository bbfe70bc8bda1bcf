import { sha256 } from '../database/index.js'
import type { BodyKind, ResourceInput } from './resource.js'
import { textBytes } from './storable-text.js'

const utf8 = new TextEncoder()

/** Three lengths of at most twelve digits, each with a colon and a comma. */
const bytesAroundMax = 3 * 14

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
 * Sorts resources by kind name, then source, both in bytes: the order of the hashes. Returns a new
 * array.
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
 * The hash of the resources of each kind, in hexadecimal. A kind without resources has none.
 *
 * @example
 * ```ts
 * const withoutSkills = (hashes: KindHashes) => hashes.skill === undefined
 * ```
 */
export type KindHashes = { readonly [Kind in BodyKind]?: string }

type HashedResource = Pick<ResourceInput, 'kind' | 'source' | 'contentHash' | 'status'>

/**
 * The hash of each kind of a context: sha256 over the resources of the kind, ordered by the bytes
 * of their sources. Each resource contributes its source, content hash and status as netstrings
 * (`<decimal length>:<bytes>,`). Because of the lengths, two different lists never give the same
 * bytes.
 *
 * `sourcePath`, `error`, `sizeBytes` and the order of the list do not change the hashes. The
 * database computes the same from the rows that it stores.
 *
 * @example
 * ```ts
 * const { resources } = await scan('/home/dev/shop')
 * const { skill, mcp_server: servers } = await kindHashes(resources)
 * ```
 */
export async function kindHashes(resources: readonly HashedResource[]): Promise<KindHashes> {
  const ordered = inHashOrder(resources)
  const hashes: { [Kind in BodyKind]?: string } = {}
  for (const { kind } of ordered) {
    hashes[kind] ??= await hashOf(ordered.filter((one) => one.kind === kind))
  }
  return hashes
}

async function hashOf(ordered: readonly HashedResource[]): Promise<string> {
  // One buffer for all resources, because a thousand of them would need thousands of small ones.
  const bytesMax = ordered.reduce(
    (sum, { source, contentHash, status }) =>
      sum + bytesAroundMax + 3 * (source.length + status.length) + contentHash.length / 2,
    0,
  )
  const whole = new Uint8Array(bytesMax)
  let end = 0
  const append = (value: string) => {
    end += utf8.encodeInto(value, whole.subarray(end)).written
  }
  for (const { source, contentHash, status } of ordered) {
    const hash = Buffer.from(contentHash, 'hex')
    append(`${netstring(source)}${hash.length}:`)
    whole.set(hash, end)
    end += hash.length
    append(`,${netstring(status)}`)
  }
  return await hexDigest(whole.subarray(0, end))
}

const netstring = (value: string) => `${textBytes(value)}:${value},`

const hexDigest = async (bytes: Uint8Array) => Buffer.from(await sha256(bytes)).toString('hex')

/**
 * One hash for a whole context, in hexadecimal, of which people compare the first characters:
 * sha256 over the names and hashes of its kinds as netstrings, ordered by name.
 *
 * @example
 * ```ts
 * const { resources } = await scan('/home/dev/shop')
 * const hash = await aggregateHash(await kindHashes(resources)) // 64 digits
 * ```
 */
export async function aggregateHash(hashes: KindHashes): Promise<string> {
  // The names are ASCII, so that the order of UTF-16 units is that of bytes.
  const kinds = Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = kinds.map(([kind, hash]) => netstring(kind) + netstring(hash)).join('')
  return await hexDigest(utf8.encode(text))
}

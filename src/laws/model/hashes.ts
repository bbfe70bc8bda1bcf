import { createHash } from 'node:crypto'
import type { BodyKind } from '../../schema/index.js'
import type { Resource } from './model.js'

type Hashed = Pick<Resource, 'kind' | 'contentHash' | 'status'>

type Hashes = { readonly [Kind in BodyKind]?: string }

const sha256 = (parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = Buffer.from(part as string)
    hash.update(`${bytes.length}:`).update(bytes).update(',')
  }
  return hash.digest('hex')
}

// The resources of a context never change.
const known = new WeakMap<object, Hashes>()

/**
 * The hash of each kind of a context, in hexadecimal: sha256 over source, content hash and status
 * of each of its resources as netstrings, by source in byte order.
 */
export function kindHashes(resources: ReadonlyMap<string, Hashed>): Hashes {
  const before = known.get(resources)
  if (before) return before
  const byKind: Partial<Record<BodyKind, { order: Buffer; parts: (string | Buffer)[] }[]>> = {}
  for (const [source, { kind, contentHash, status }] of resources) {
    const parts = [source, Buffer.from(contentHash, 'hex'), status]
    byKind[kind] = [...(byKind[kind] ?? []), { order: Buffer.from(source), parts }]
  }
  const hashes = Object.fromEntries(
    Object.entries(byKind).map(([kind, list]) => {
      const ordered = list.sort((a, b) => Buffer.compare(a.order, b.order))
      return [kind, sha256(ordered.flatMap(({ parts }) => parts))]
    }),
  )
  known.set(resources, hashes)
  return hashes
}

/** The hash of a whole context: sha256 over names and hashes of its kinds, by name. */
export function aggregateHash(resources: ReadonlyMap<string, Hashed>): string {
  return sha256(Object.entries(kindHashes(resources)).sort().flat())
}

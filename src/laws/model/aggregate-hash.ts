import { createHash } from 'node:crypto'
import type { Content } from './replace.js'

/**
 * The hash of a whole context, in hexadecimal: sha256 over kind, source, content hash and status
 * of each resource as netstrings, by kind and then source in the order of bytes.
 */
export function aggregateHash(resources: ReadonlyMap<string, Content>): string {
  const keyed = [...resources].map(([source, { kind, contentHash, status }]) => ({
    order: Buffer.from(`${kind}\0${source}`),
    parts: [kind, source, Buffer.from(contentHash, 'hex'), status].map((one) => Buffer.from(one)),
  }))
  const hash = createHash('sha256')
  for (const { parts } of keyed.sort((a, b) => Buffer.compare(a.order, b.order))) {
    for (const part of parts) hash.update(`${part.length}:`).update(part).update(',')
  }
  return hash.digest('hex')
}

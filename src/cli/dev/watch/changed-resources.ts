import type { ResourceInput } from '../../../schema/index.js'
import { belowRoot } from '../../resource-table.js'

/** A resource that differs between two scans. */
export interface ChangedResource {
  readonly how: 'added' | 'changed' | 'removed'
  /** Below the root. */
  readonly path: string
}

const bytes = (resource: ResourceInput) =>
  JSON.stringify([
    resource.kind,
    Buffer.from(resource.contentHash).toString('hex'),
    resource.status,
    resource.error ?? '',
    String(resource.sizeBytes),
  ])

/** What one scan has and the one before it had not, or otherwise, in the order of the sources. */
export function changedResources(
  before: readonly ResourceInput[],
  after: readonly ResourceInput[],
  rootName: string,
): ChangedResource[] {
  const old = new Map(before.map((one) => [one.source, one]))
  const now = new Map(after.map((one) => [one.source, one]))
  const sources = [...new Set([...old.keys(), ...now.keys()])].sort()
  return sources.flatMap((source): ChangedResource[] => {
    const [was, is] = [old.get(source), now.get(source)]
    if (was && is && bytes(was) === bytes(is)) return []
    const how = was ? (is ? 'changed' : 'removed') : 'added'
    return [{ how, path: belowRoot(source, rootName) }]
  })
}

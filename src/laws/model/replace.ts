import type { Resource, Resources, Time } from './model.js'

/** A resource without the times of its row. */
export type Content = Omit<Resource, 'createdAt' | 'updatedAt'>

/**
 * Some resources take the place of others, as a push does with the live context, and hydrating
 * and refreshing do with pins: what is equal stays as it is with its times, what differs is
 * replaced now and keeps the time of its first appearance, what is absent goes.
 */
export function replace(before: Resources, after: ReadonlyMap<string, Content>, now: Time) {
  const made = new Map<string, Resource>()
  for (const [source, content] of after) {
    const old = before.get(source)
    if (old && isEqual(old, content)) made.set(source, old)
    else {
      const { kind, body, contentHash, sizeBytes, status, error, sourcePath } = content
      const row = { kind, body, contentHash, sizeBytes, status, error, sourcePath }
      made.set(source, { ...row, createdAt: old?.createdAt ?? now, updatedAt: now })
    }
  }
  return made
}

/** Equal in everything but the times of the row. */
export function isEqual(a: Content, b: Content): boolean {
  return (
    a.kind === b.kind &&
    a.contentHash === b.contentHash &&
    a.sizeBytes === b.sizeBytes &&
    a.status === b.status &&
    a.error === b.error &&
    a.sourcePath === b.sourcePath &&
    (a.body === b.body || canonicalJson(a.body) === canonicalJson(b.body))
  )
}

/** JSON with sorted keys, as one text for values that jsonb holds equal. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

import type { ResourceInput } from '../../schema/index.js'

/**
 * The contexts that the agents of a race push, as marks by source. No two contexts have the same
 * rows, so that a mixture of two contexts is recognised. Neighbours share rows, which a push does
 * not write again. The first context is empty.
 */
const contexts: readonly Readonly<Record<string, number>>[] = [
  {},
  { '/a': 1, '/b': 1, '/same': 1 },
  { '/a': 2, '/c': 2, '/same': 1 },
  { '/a': 2, '/b': 3, '/d': 3, '/same': 1 },
  { '/same': 1 },
]

export const contextsCount = contexts.length

/** The aggregate hash that a context is pushed with. */
export const contextHash = (context: number): Uint8Array => Uint8Array.of(0xc0 + context)

/** The resources of a context, as a push takes them. */
export function contextResources(context: number): ResourceInput[] {
  return Object.entries(contexts[context]!).map(([source, mark]) => ({
    source,
    kind: 'instruction_file',
    body: { content: Buffer.from(`mark ${mark}`).toString('base64') },
    contentHash: Uint8Array.of(mark),
    sizeBytes: mark,
    status: 'ok',
  }))
}

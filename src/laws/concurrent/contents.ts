import type { ResourceInput } from '../../schema/index.js'
import type { Content } from '../model/live-context.js'

/**
 * The contexts that agents of a race report. Each is told from every other by its rows, so that
 * rows of two of them are seen to be no context at all, and neighbours have rows in common, which
 * are not written again. The first is empty.
 */
const contexts: readonly Readonly<Record<string, number>>[] = [
  {},
  { '/a': 1, '/b': 1, '/same': 1 },
  { '/a': 2, '/c': 2, '/same': 1 },
  { '/a': 2, '/b': 3, '/d': 3, '/same': 1 },
  { '/same': 1 },
]

export const contextsCount = contexts.length

const encoded = (mark: number) => Buffer.from(`mark ${mark}`).toString('base64')

/** The aggregate hash that a context is pushed with. */
export const hashOf = (context: number): Uint8Array => Uint8Array.of(0xc0 + context)

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A context as a push carries it. */
export function resourcesOf(context: number): ResourceInput[] {
  return Object.entries(contexts[context]!).map(([source, mark]) => ({
    source,
    kind: 'instruction_file',
    body: { content: encoded(mark) },
    contentHash: Uint8Array.of(mark),
    sizeBytes: mark,
    status: 'ok',
  }))
}

/** A context as the model has it. */
export function modelled(context: number): Map<string, Content> {
  return new Map(
    resourcesOf(context).map(({ source, kind, body, contentHash, sizeBytes, status }) => [
      source,
      {
        ...{ kind, body, status, error: '', sourcePath: '' },
        contentHash: hexOf(contentHash),
        sizeBytes: BigInt(sizeBytes),
      },
    ]),
  )
}

/** The rows of a context as one text, by source: as {@link rowsText} gives those of a database. */
export function textOf(context: number): string {
  const marks = Object.entries(contexts[context]!).sort(([a], [b]) => (a < b ? -1 : 1))
  return marks.map(([source, mark]) => `${source} ${mark} ${encoded(mark)}`).join(', ')
}

/** The rows of resources, live or pinned, as one text in SQL; `row` is the alias of the table. */
export const rowsText = (row: string): string => `
  coalesce(string_agg(${row}.source || ' ' || ${row}.size_bytes || ' ' || (${row}.body ->> 'content'),
    ', ' ORDER BY ${row}.source COLLATE "C"), '')`

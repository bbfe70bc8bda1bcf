import type { ResourceInput } from '../schema/index.js'
import { renderTable, type TableContent } from './table.js'
import { humanSize, screenWidth } from './terminal.js'

/** A source without its root, if it lies below the root. */
export function belowRoot(source: string, rootName: string | undefined): string {
  if (rootName === undefined) return source
  return source.startsWith(`${rootName}/`) ? source.slice(rootName.length + 1) : source
}

/** The resources of a scan, one per row. */
export function resourceTable(resources: readonly ResourceInput[], rootName: string): TableContent {
  return {
    columns: ['source', 'kind', 'size', 'status'],
    rows: resources.map(({ source, kind, sizeBytes, status }) => [
      belowRoot(source, rootName),
      kind,
      humanSize(sizeBytes),
      status,
    ]),
  }
}

type NamedStatus = Pick<ResourceInput, 'source' | 'status' | 'error'>

/** The resources that are not ok and why, one per row. Undefined if all are ok. */
export function troubleTable(
  resources: readonly NamedStatus[],
  rootName: string | undefined,
): TableContent | undefined {
  const trouble = resources.filter(({ status }) => status !== 'ok')
  if (trouble.length === 0) return undefined
  return {
    columns: ['not ok', 'because'],
    rows: trouble.map(({ source, error }) => [belowRoot(source, rootName), error ?? '']),
  }
}

/** The same as text, with an empty line before it. */
export function renderTrouble(
  resources: readonly NamedStatus[],
  rootName: string | undefined,
): string | undefined {
  const trouble = troubleTable(resources, rootName)
  const cut = { 'not ok': 'end', because: 'start' } as const
  return trouble && `\n${renderTable(trouble, { width: screenWidth(), cut })}`
}

/** The directory that contains all paths. Undefined for one path, and if it would be `/`. */
export function commonRoot(sources: readonly string[]): string | undefined {
  const paths = sources.filter((source) => source.startsWith('/'))
  const [first, ...others] = paths.map((path) => path.split('/').slice(0, -1))
  if (!first || others.length === 0) return undefined
  const differs = first.findIndex((part, index) => others.some((other) => other[index] !== part))
  return (differs < 0 ? first : first.slice(0, differs)).join('/') || undefined
}

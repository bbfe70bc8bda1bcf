import type { ResourceInput } from '../schema/index.js'
import { humanSize } from './human-size.js'
import { renderTable, type TableContent } from './render-table.js'
import { screenWidth } from './screen-width.js'

/** A source without the root that all of them share, where there is one. */
export function belowRoot(source: string, rootName: string | undefined): string {
  if (rootName === undefined) return source
  return source.startsWith(`${rootName}/`) ? source.slice(rootName.length + 1) : source
}

/** What a scan found, one resource a row. */
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

type Troubled = Pick<ResourceInput, 'source' | 'status' | 'error'>

/** Why a resource is not ok, one a row; undefined where all are. */
export function troubleTable(
  resources: readonly Troubled[],
  rootName: string | undefined,
): TableContent | undefined {
  const trouble = resources.filter(({ status }) => status !== 'ok')
  if (trouble.length === 0) return undefined
  return {
    columns: ['not ok', 'because'],
    rows: trouble.map(({ source, error }) => [belowRoot(source, rootName), error ?? '']),
  }
}

/** The same as it is printed below something else. */
export function renderTrouble(
  resources: readonly Troubled[],
  rootName: string | undefined,
): string | undefined {
  const trouble = troubleTable(resources, rootName)
  const cut = { 'not ok': 'end', because: 'start' } as const
  return trouble && `\n${renderTable(trouble, { width: screenWidth(), cut })}`
}

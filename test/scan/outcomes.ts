import type { ScanResult } from '../../src/scan/index.js'

/** What a scan tells, as far as outcomes go. */
interface Found {
  readonly rootName: string
  readonly resources: readonly Pick<
    ScanResult['resources'][number],
    'source' | 'status' | 'error'
  >[]
}

/** What became of each resource, by its source below the root: a status, or a status and why. */
export function outcomes({ rootName, resources }: Found): Record<string, string> {
  return Object.fromEntries(
    resources.map(({ source, status, error }) => [
      source.slice(rootName.length + 1),
      error ? `${status}: ${error}` : status,
    ]),
  )
}

import type { ScanResult } from '../../src/scan/index.js'
import { enums } from '../../src/schema/index.js'
import { inHashOrder } from '../../src/schema/kind-hashes.js'
import { limits } from '../../src/schema/limits.js'
import { pushableKinds, type ResourceInput } from '../../src/schema/resource.js'
import { textBytes, whyNotStorable } from '../../src/schema/storable-text.js'
import { sha256 } from './sha256.js'

/**
 * Every reason that a scan is no acceptable push, or breaks what a scan promises on top of that;
 * empty for a good one. Written from the caps alone, apart from the code that keeps them.
 */
export async function whyNotAcceptable(found: ScanResult): Promise<string[]> {
  const { resources } = found
  const problems = resources.flatMap((resource, i) =>
    whyNotResource(resource, found.rootName).map((problem) => `resources[${i}]: ${problem}`),
  )
  const bodiesBytes = resources.reduce((sum, { body }) => sum + bytesOf(body), 0)
  if (resources.length > limits.resourcesMax) problems.push('too many resources')
  if (bodiesBytes > limits.bodiesBytesMax) problems.push('bodies too large together')
  if (new Set(resources.map(({ source }) => source)).size < resources.length) {
    problems.push('a source twice')
  }
  problems.push(...whyNotText('snapshotError', found.snapshotError, limits.errorBytesMax))
  const ordered = inHashOrder(resources)
  if (resources.some((resource, i) => resource !== ordered[i])) problems.push('not in hash order')
  return problems
}

function whyNotResource(resource: ResourceInput, rootName: string): string[] {
  const { source, kind, body, contentHash, sizeBytes, status, error = '', sourcePath } = resource
  const problems = [
    ...whyNotText('source', source, limits.sourceBytesMax),
    ...whyNotText('sourcePath', sourcePath ?? '', limits.sourceBytesMax),
    ...whyNotText('error', error, limits.errorBytesMax),
    ...whyNotText('body', [...textsOf(body)].join(), Number.POSITIVE_INFINITY),
  ]
  const refuse = (isBad: boolean, problem: string) => isBad && problems.push(problem)
  refuse(!source.startsWith(`${rootName}/`), 'source not under the root name')
  refuse(!pushableKinds.some((known) => known === kind), 'unknown kind')
  refuse(
    !enums.workspace_agent_context_resource_status.some((known) => known === status),
    'unknown status',
  )
  refuse(contentHash.length !== sha256().length, 'no sha256')
  refuse(!Number.isSafeInteger(sizeBytes) || Number(sizeBytes) < 0, 'no size')
  refuse(bytesOf(body) > limits.bodyBytesMax, 'body too large')
  refuse(status !== 'ok' && Object.keys(body).length > 0, 'a body without being ok')
  refuse((status === 'ok') !== (error === ''), 'error text does not match status')
  refuse(Object.values(body).includes(''), 'empty field in the body')
  refuse(sourcePath === source, 'source path that says nothing')
  return problems
}

function whyNotText(what: string, text: string, bytesMax: number): string[] {
  const reason = whyNotStorable(text)
  if (reason !== undefined) return [`${what} ${reason}`]
  return textBytes(text) > bytesMax ? [`${what} too long`] : []
}

function* textsOf(body: ResourceInput['body']): Generator<string> {
  for (const [key, value] of Object.entries(body)) {
    yield key
    if (typeof value === 'string') yield value
  }
}

function bytesOf(body: ResourceInput['body']): number {
  return textBytes(JSON.stringify(body))
}

import { expect, test } from 'vitest'
import { type ScanResult, scan } from '../../src/scan/index.js'
import { limits } from '../../src/schema/limits.js'
import { makeTree } from './make-tree.js'
import { skillText } from './skill-text.js'
import { whyNotAcceptable } from './why-not-acceptable.js'

const good = async () =>
  scan(await makeTree({ 'AGENTS.md': '# Shop', 'skills/one/SKILL.md': skillText('one') }))

const first = (found: ScanResult, change: object): ScanResult => ({
  ...found,
  resources: found.resources.map((resource, i) =>
    i === 0 ? { ...resource, ...change } : resource,
  ),
})

const defects: Record<string, (found: ScanResult) => ScanResult> = {
  'a source that is too long': (found) =>
    first(found, { source: `${found.rootName}/${'x'.repeat(limits.sourceBytesMax)}` }),
  'a source that is elsewhere': (found) => first(found, { source: 'elsewhere' }),
  'a source path with a NUL': (found) => first(found, { sourcePath: '\0' }),
  'a lone surrogate in a body': (found) => first(found, { body: { content: '\ud800' } }),
  'an empty field in a body': (found) => first(found, { body: { content: '' } }),
  'a body that is too large': (found) =>
    first(found, { body: { content: 'x'.repeat(limits.bodyBytesMax) } }),
  'a body without being ok': (found) => first(found, { status: 'invalid', error: 'so' }),
  'a status without an error': (found) => first(found, { status: 'invalid', body: {} }),
  'a size that is no number': (found) => first(found, { sizeBytes: Number.NaN }),
  'a reserved kind': (found) => first(found, { kind: 'hook' }),
  'a short hash': (found) => first(found, { contentHash: '00' }),
  'an error that is too long': (found) =>
    first(found, { status: 'invalid', body: {}, error: 'x'.repeat(limits.errorBytesMax + 1) }),
  'a snapshot error that is too long': (found) => ({
    ...found,
    snapshotError: 'x'.repeat(limits.errorBytesMax + 1),
  }),
  'the wrong order': (found) => ({ ...found, resources: found.resources.toReversed() }),
  'a source twice': (found) => ({
    ...found,
    resources: found.resources.flatMap((resource) => [resource, resource]),
  }),
  'too many resources': (found) => ({
    ...found,
    resources: Array.from({ length: limits.resourcesMax + 1 }, () => found.resources[0]!),
  }),
}

test('the checker of scans accepts a good one', async () => {
  expect(await whyNotAcceptable(await good())).toEqual([])
})

for (const [name, plant] of Object.entries(defects)) {
  test(`the checker of scans finds ${name}`, async () => {
    expect(await whyNotAcceptable(plant(await good()))).not.toEqual([])
  })
}

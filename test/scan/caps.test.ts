import { expect, test } from 'vitest'
import { type ScanResult, scan } from '../../src/scan/index.js'
import { scanLimits } from '../../src/schema/limits.js'
import { makeTree } from './make-tree.js'
import { nameOf, skills } from './many-skills.js'
import { outcomes } from './outcomes.js'
import { sha256 } from './sha256.js'
import { skillText } from './skill-text.js'
import { whyNotAcceptable } from './why-not-acceptable.js'

const { resourceBytesMax, resourcesMax, totalBytesMax } = scanLimits

function countByStatus({ resources }: ScanResult): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of resources) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

test('a file of exactly the cap is ok and one byte more is oversize, hashed whole', async () => {
  const fits = 'x'.repeat(resourceBytesMax)
  const { resources } = await scan(await makeTree({ 'AGENTS.md': fits, 'CLAUDE.md': `${fits}x` }))
  expect(resources).toMatchObject([
    { status: 'ok', sizeBytes: resourceBytesMax, contentHash: sha256(fits) },
    {
      status: 'oversize',
      sizeBytes: resourceBytesMax + 1,
      contentHash: sha256(`${fits}x`),
      body: {},
      error: `${resourceBytesMax + 1} bytes, more than the ${resourceBytesMax} of a resource`,
    },
  ])
})

test('past the cap of a scan resources are excluded but hashed', async () => {
  const found = await scan(await makeTree({ 'AGENTS.md': 'x', ...skills(599) }))
  expect(countByStatus(found)).toEqual({ ok: resourcesMax, excluded: 600 - resourcesMax })
  expect(found.resources.findIndex(({ status }) => status === 'excluded')).toBe(resourcesMax)
  expect(found.resources.at(-1)).toMatchObject({
    body: {},
    contentHash: sha256(skillText(nameOf(598))),
    sizeBytes: skillText(nameOf(598)).length,
    error: `past the first ${resourcesMax} resources of a scan`,
  })
  expect(found.snapshotError).toBe('')
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('resources that are not ok count to the cap as well', async () => {
  const large = 'x'.repeat(resourceBytesMax + 1)
  const files = { 'AGENTS.md': large, 'CLAUDE.md': { link: 'missing' } }
  const found = await scan(await makeTree({ ...files, ...skills(resourcesMax) }))
  expect(countByStatus(found)).toEqual({
    oversize: 1,
    unreadable: 1,
    ok: resourcesMax - 2,
    excluded: 2,
  })
})

test('past the cap everything is excluded, whatever else is wrong with it', async () => {
  const found = await scan(
    await makeTree({
      ...skills(resourcesMax),
      'skills/z1/SKILL.md': 'no front matter',
      'skills/z2/SKILL.md': 'x'.repeat(resourceBytesMax + 1),
      'skills/z3': { link: 'missing' },
      'skills/z4/SKILL.md': { a: 'FIFO' },
    }),
  )
  expect(found.resources.slice(resourcesMax)).toMatchObject([
    { status: 'excluded', sizeBytes: 15, contentHash: sha256('no front matter') },
    { status: 'excluded', sizeBytes: resourceBytesMax + 1 },
    { status: 'excluded', sizeBytes: 0, contentHash: sha256() },
    { status: 'excluded', sizeBytes: 0, contentHash: sha256() },
  ])
})

test('what does not fit into 2 MiB is excluded and smaller ones after it still fit', async () => {
  const size = 60 * 1024
  const padded = (name: string) => skillText(name).padEnd(size, 'x')
  const fitting = Math.floor(totalBytesMax / size)
  const root = await makeTree({
    'AGENTS.md': 'x'.repeat(resourceBytesMax + 1),
    'CLAUDE.md': Buffer.alloc(size, 0xff),
    ...skills(fitting + 2, padded),
    'skills/small/SKILL.md': skillText('small'),
  })
  const found = await scan(root)
  const expected = Object.fromEntries(
    Array.from({ length: fitting + 2 }, (_, i) => [
      `skills/${nameOf(i)}/SKILL.md`,
      i < fitting ? 'ok' : `excluded: does not fit into the ${totalBytesMax} bytes of a scan`,
    ]),
  )
  expect(outcomes(found)).toEqual({
    'AGENTS.md': expect.stringContaining('oversize: '),
    'CLAUDE.md': 'invalid: not UTF-8',
    ...expected,
    'skills/small/SKILL.md': 'ok',
  })
  const excluded = found.resources.find(({ status }) => status === 'excluded')
  expect(excluded).toMatchObject({ sizeBytes: size, contentHash: sha256(padded(nameOf(fitting))) })
})

test('exactly 2 MiB fit', async () => {
  const padded = (name: string) => skillText(name).padEnd(resourceBytesMax, 'x')
  const found = await scan(await makeTree(skills(totalBytesMax / resourceBytesMax + 1, padded)))
  expect(countByStatus(found)).toEqual({ ok: totalBytesMax / resourceBytesMax, excluded: 1 })
})

test('bodies that grow in JSON cannot fill a push before they fill a scan', async () => {
  const text = (name: string) => skillText(name, `"${'\\a'.repeat(1024)}"`)
  const found = await scan(await makeTree(skills(resourcesMax, text)))
  const sizeBytes = text(nameOf(0)).length * resourcesMax
  expect(sizeBytes).toBeLessThan(totalBytesMax)
  expect(countByStatus(found).excluded).toBeGreaterThan(0)
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('a skill that is excluded because of its size leaves its name to a later skill', async () => {
  const size = 60 * 1024
  const padded = (name: string) => skillText(name).padEnd(size, 'x')
  const fitting = Math.floor(totalBytesMax / size)
  const many = Object.entries(skills(fitting, padded)).map(([path, text]) => [
    `.agents/${path}`,
    text,
  ])
  const root = await makeTree({
    ...Object.fromEntries(many),
    '.claude/skills/shared/SKILL.md': padded('shared'),
    'skills/shared/SKILL.md': skillText('shared'),
  })
  expect(outcomes(await scan(root))).toMatchObject({
    '.claude/skills/shared/SKILL.md': expect.stringContaining('excluded: does not fit'),
    'skills/shared/SKILL.md': 'ok',
  })
})

import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scan } from '../../src/scan/index.js'
import { limits } from '../../src/schema/limits.js'
import { makeTree } from './make-tree.js'
import { nameOf, skills } from './many-skills.js'
import { sha256 } from './sha256.js'
import { whyNotAcceptable } from './why-not-acceptable.js'

test('a file of 64 MiB is hashed whole, and what kind of file it is does not matter', async () => {
  const root = await makeTree({ '.mcp.json': '' })
  await truncate(join(root, '.mcp.json'), 2 ** 26)
  expect((await scan(root)).resources).toMatchObject([
    { status: 'oversize', sizeBytes: 2 ** 26, contentHash: sha256(new Uint8Array(2 ** 26)) },
  ])
})

test('of too many resources those that a push may carry are reported, the rest counted', async () => {
  const past = 200
  const count = limits.resourcesMax + past
  const root = await makeTree({ 'AGENTS.md': 'x', ...skills(count - 1, () => 'bad') })
  const found = await scan(root, { rootName: '/w' })
  expect(found.resources.length).toBe(limits.resourcesMax)
  expect(found.resources.slice(1).map(({ source }) => source)).toEqual(
    Array.from({ length: limits.resourcesMax - 1 }, (_, i) => `/w/skills/${nameOf(i)}/SKILL.md`),
  )
  expect(found.snapshotError).toBe(
    `${past} resources past the first ${limits.resourcesMax} left out`,
  )
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('one resource too many is counted in the singular', async () => {
  const found = await scan(await makeTree(skills(limits.resourcesMax + 1, () => '')))
  expect(found.snapshotError).toBe(`1 resource past the first ${limits.resourcesMax} left out`)
})

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scan } from '../../src/scan/index.js'
import { enums } from '../../src/schema/index.js'
import { makeRandomTree, randomTree } from './random-tree.js'
import { whyNotAcceptable } from './why-not-acceptable.js'

const runs = { seed: 20261122, numRuns: 60 }

const rootName = fc.oneof(
  fc.constantFrom('/home/dev/shop', '/', 'r'.repeat(960)),
  fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0')),
)

/** Two equal trees in different places, made in opposite order. */
async function withTwins<T>(
  tree: Parameters<typeof makeRandomTree>[1],
  work: (one: string, other: string) => Promise<T>,
): Promise<T> {
  const outer = await mkdtemp(join(tmpdir(), 'driftpin-scan-'))
  try {
    // The same depth, because a random link may lead up and out of the root.
    const roots = [join(outer, 'one', 'root'), join(outer, 'other', 'root')] as const
    for (const root of roots) await mkdir(root, { recursive: true })
    await makeRandomTree(Buffer.from(roots[0]), tree)
    await makeRandomTree(Buffer.from(roots[1]), tree, true)
    return await work(...roots)
  } finally {
    await rm(outer, { recursive: true })
  }
}

test('the scan of any tree is an acceptable push, and that of its copy is the same', async () => {
  const statusesSeen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(randomTree, rootName, (tree, name) =>
      withTwins(tree, async (one, other) => {
        const found = await scan(one, { rootName: name })
        expect(await whyNotAcceptable(found)).toEqual([])
        expect(JSON.stringify(found)).not.toContain(one)
        for (const { status } of found.resources) statusesSeen.add(status)
        expect(await scan(one, { rootName: name })).toEqual(found)
        expect(await scan(other, { rootName: name })).toEqual(found)
      }),
    ),
    runs,
  )
  // Random trees that never meet a rule would prove nothing about it.
  const reachable = enums.workspace_agent_context_resource_status.filter(
    (status) => status !== 'excluded',
  )
  expect([...statusesSeen].sort()).toEqual(reachable.toSorted())
})

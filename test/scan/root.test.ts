import { symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { DriftpinError } from '../../src/errors.js'
import { scan } from '../../src/scan/index.js'
import { limits } from '../../src/schema/limits.js'
import { makeTree } from './make-tree.js'

async function errorOf(work: Promise<unknown>): Promise<DriftpinError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(DriftpinError)
  expect(error.cause).toBeTruthy()
  return error
}

test('an empty directory gives no resources', async () => {
  const root = await makeTree()
  expect(await scan(root)).toEqual({
    rootName: root,
    resources: [],
    snapshotError: '',
  })
})

test('a root that is missing, behind a file or a broken link is not found', async () => {
  const outer = await makeTree({ file: 'x', broken: { link: 'missing' } })
  for (const path of ['missing', 'file/below', 'broken']) {
    const error = await errorOf(scan(join(outer, path)))
    expect(error.code).toBe('scan_root_not_found')
    expect(error.message).toContain(path)
  }
})

test('a root that is a file or a FIFO is not a directory', async () => {
  const outer = await makeTree({ file: 'x', pipe: { a: 'FIFO' }, link: { link: 'file' } })
  for (const path of ['file', 'pipe', 'link']) {
    expect((await errorOf(scan(join(outer, path)))).code).toBe('scan_root_not_a_directory')
  }
})

test('a root that is a circle of links is unreadable', async () => {
  const outer = await makeTree()
  await symlink('round', join(outer, 'round'))
  expect((await errorOf(scan(join(outer, 'round')))).code).toBe('scan_root_unreadable')
})

test('a path or root name that cannot be stored is refused', async () => {
  const root = await makeTree()
  for (const text of ['a\0b', 'a\ud800b']) {
    expect((await errorOf(scan(text))).code).toBe('invalid_input')
    expect((await errorOf(scan(root, { rootName: text }))).code).toBe('invalid_input')
  }
  expect((await errorOf(scan(''))).code).toBe('invalid_input')
  expect((await errorOf(scan(undefined as unknown as string))).code).toBe('invalid_input')
})

test('the root name is the absolute path unless another is given', async () => {
  const root = await makeTree({ 'AGENTS.md': 'x' })
  const found = await scan(`${relative(process.cwd(), root)}/`)
  expect(found.rootName).toBe(root)
  expect(found.resources[0]!.source).toBe(`${root}/AGENTS.md`)
})

test.each([
  ['/home/dev/shop/', '/home/dev/shop/AGENTS.md'],
  ['shop', 'shop/AGENTS.md'],
  ['/', '/AGENTS.md'],
  ['höhle\n\u{1f30a}', 'höhle\n\u{1f30a}/AGENTS.md'],
])('the root name %j presents AGENTS.md as %j', async (rootName, source) => {
  const { resources } = await scan(await makeTree({ 'AGENTS.md': 'x' }), { rootName })
  expect(resources.map((resource) => resource.source)).toEqual([source])
})

test('a root name so long that no source can be stored leaves all of them out', async () => {
  const root = await makeTree({ 'AGENTS.md': 'x', 'CLAUDE.md': 'x' })
  const found = await scan(root, { rootName: 'r'.repeat(limits.sourceBytesMax) })
  expect(found).toMatchObject({
    resources: [],
    snapshotError: `2 sources over ${limits.sourceBytesMax} bytes left out`,
  })
})

test('equal trees give equal scans whatever their place, age and order', async () => {
  const files = { 'AGENTS.md': 'x', 'CLAUDE.md': { link: 'AGENTS.md' }, '.mcp.json': '{}' }
  const one = await scan(await makeTree(files), { rootName: '/w' })
  const reversed = Object.fromEntries(Object.entries(files).toReversed())
  expect(await scan(await makeTree(reversed), { rootName: '/w/' })).toEqual(one)
  const changed = await scan(await makeTree({ ...files, 'AGENTS.md': 'y' }), { rootName: '/w' })
  expect(changed).not.toEqual(one)
})

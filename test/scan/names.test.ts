import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { joinBytes } from '../../src/scan/file-system.js'
import { scan } from '../../src/scan/index.js'
import { limits } from '../../src/schema/limits.js'
import { makeTree } from './make-tree.js'
import { outcomes } from './outcomes.js'
import { skillText } from './skill-text.js'
import { whyNotAcceptable } from './why-not-acceptable.js'

const notUtf8 = Buffer.from([0x61, 0xff, 0xfe])

test('a skill whose name is not UTF-8 is left out and counted', async () => {
  const root = await makeTree({ 'AGENTS.md': 'x', skills: { a: 'directory' } })
  const skills = joinBytes(Buffer.from(root), 'skills')
  await mkdir(joinBytes(skills, notUtf8))
  await writeFile(joinBytes(skills, notUtf8, 'SKILL.md'), skillText('a'))
  const found = await scan(root)
  expect(outcomes(found)).toEqual({ 'AGENTS.md': 'ok' })
  expect(found.snapshotError).toBe('1 name that is not UTF-8 left out')

  await symlink('missing', joinBytes(skills, Buffer.from([0xff])))
  expect((await scan(root)).snapshotError).toBe('2 names that are not UTF-8 left out')
})

test('names that are not UTF-8 and no skills are no concern of a scan', async () => {
  const root = await makeTree({ skills: { a: 'directory' } })
  await writeFile(joinBytes(Buffer.from(root), notUtf8), 'x')
  await writeFile(joinBytes(Buffer.from(root), 'skills', notUtf8), 'x')
  await mkdir(joinBytes(Buffer.from(root), 'skills', Buffer.from([0xff])))
  expect(await scan(root)).toMatchObject({ resources: [], snapshotError: '' })
})

test('names with line breaks and other oddities are reported as they are', async () => {
  const names = ['a\nb', 'tab\t', 'höhle', '\u{1f30a}', '-', ' ', '\\', '\x01', '...', 'Tides']
  const root = await makeTree(
    Object.fromEntries(names.map((name) => [`skills/${name}/SKILL.md`, skillText('tides')])),
  )
  const found = await scan(root)
  const error = "invalid: front matter: name differs from the name of the skill's directory"
  expect(outcomes(found)).toEqual(
    Object.fromEntries(names.map((name) => [`skills/${name}/SKILL.md`, error])),
  )
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('a source of exactly the cap is kept and one byte more is left out', async () => {
  const root = await makeTree({
    [`skills/${'a'.repeat(63)}/SKILL.md`]: skillText('a'.repeat(63)),
    [`skills/${'b'.repeat(64)}/SKILL.md`]: skillText('b'.repeat(64)),
  })
  const rootName = 'r'.repeat(limits.sourceBytesMax - '/skills//SKILL.md'.length - 63)
  const found = await scan(root, { rootName })
  expect(found.resources).toMatchObject([{ status: 'ok', body: { name: 'a'.repeat(63) } }])
  expect(found.snapshotError).toBe(`1 source over ${limits.sourceBytesMax} bytes left out`)
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('everything that is left out is told in one line', async () => {
  const paths = Array.from({ length: limits.resourcesMax + 3 }, (_, i) => `skills/s${i}/SKILL.md`)
  const root = await makeTree({
    ...Object.fromEntries(paths.map((path) => [path, 'x'])),
    [`skills/${'b'.repeat(200)}/SKILL.md`]: 'x',
  })
  await symlink('missing', joinBytes(Buffer.from(root), 'skills', notUtf8))
  const { snapshotError } = await scan(root, { rootName: 'r'.repeat(900) })
  expect(snapshotError).toBe(
    `3 resources past the first ${limits.resourcesMax} left out; ` +
      '1 name that is not UTF-8 left out; ' +
      `1 source over ${limits.sourceBytesMax} bytes left out`,
  )
})

test('a real path that cannot be stored leaves the source path empty', async () => {
  const root = await makeTree({ 'CLAUDE.md': 'x' })
  await writeFile(joinBytes(Buffer.from(root), notUtf8), '# Shop')
  await symlink(notUtf8, joinBytes(Buffer.from(root), 'AGENTS.md'))
  const found = await scan(root)
  expect(found.resources).toMatchObject([{ status: 'ok', sourcePath: '' }, { status: 'ok' }])
  expect(await whyNotAcceptable(found)).toEqual([])
})

test('names that objects have anyway are no resources', async () => {
  const root = await makeTree({ constructor: 'x', __proto__file: 'x', toString: 'x' })
  expect((await scan(root)).resources).toEqual([])
})

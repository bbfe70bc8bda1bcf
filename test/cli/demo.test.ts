import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { DemoReport } from '../../src/cli/demo/report.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const example = fileURLToPath(new URL('../../examples/workspace', import.meta.url))
const planted = fileURLToPath(new URL('./plant-purge-defect.ts', import.meta.url))

async function hashOfTree(folder: string): Promise<string> {
  const hash = createHash('sha256')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(entry.parentPath, entry.name)
    hash.update(path)
    if (entry.isFile()) hash.update(await readFile(path))
  }
  return hash.digest('hex')
}

async function leftovers(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('driftpin-demo-'))
}

test('the demo checks its claims on the example, and leaves nothing behind', async () => {
  const before = await leftovers()
  const tree = await hashOfTree(example)
  const { code, stdout, stderr } = await driftpin(['demo', '--json'])
  const report = JSON.parse(stdout) as DemoReport
  expect({ code, stderr, failed: report.claimsFailed }).toEqual({ code: 0, stderr: '', failed: [] })
  expect(report.claimsChecked).toBeGreaterThan(20)
  expect(report.steps).toHaveLength(9)
  const statuses = report.steps[2]!.tables[0]!.rows.map((row) => row[3])
  expect(new Set(statuses)).toEqual(new Set(['ok', 'oversize', 'invalid', 'unreadable']))
  expect(await hashOfTree(example)).toBe(tree)
  expect(await leftovers()).toEqual(before)
})

test('a directory of the user is only read, through whatever links', async () => {
  const outer = await temporaryFolder()
  const real = join(outer, 'real')
  const shared = join(outer, 'shared/kept')
  await mkdir(join(real, 'lib/kept'), { recursive: true })
  await mkdir(shared, { recursive: true })
  const skill = '---\nname: kept\ndescription: Stays.\n---\n'
  await writeFile(join(real, 'lib/kept/SKILL.md'), skill)
  await writeFile(join(shared, 'SKILL.md'), skill)
  await writeFile(join(real, 'notes.md'), '# Shared\n')
  await writeFile(join(real, 'CLAUDE.md'), '# Mine\n')
  await symlink('.cursorrules', join(real, '.cursorrules'))
  await mkdir(join(real, '.claude'))
  await symlink('../.agents/skills', join(real, '.claude/skills'))
  await chmod(join(real, 'CLAUDE.md'), 0o444)
  await symlink(join(real, 'notes.md'), join(real, 'AGENTS.md'))
  await symlink(join(outer, 'shared'), join(real, 'skills'))
  await mkdir(join(real, '.agents'))
  await symlink(join(real, 'lib'), join(real, '.agents/skills'))
  await mkdir(join(outer, 'a/b'), { recursive: true })
  await symlink(real, join(outer, 'a/b/project'))
  const tree = await hashOfTree(outer)
  const { code, stdout, stderr } = await driftpin(['demo', join(outer, 'a/b/project')])
  expect(stdout).toContain('All 24 claims hold')
  expect(stdout).toContain('Try next:')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await hashOfTree(outer)).toBe(tree)
})

test('a claim that does not hold is named, and the demo exits with 1', async () => {
  const { code, stdout } = await driftpin(['demo'], ['tsx', planted])
  expect(stdout).toContain("FAIL  not one row of Ada's chat has changed")
  expect(stdout).toContain('1 of 24 claims do not hold:')
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(code).toBe(1)
})

test.each([
  ['an empty directory', '', 'holds nothing that an agent would find'],
  ['a file in place of a directory', 'a-file', 'a-file'],
  ['a missing directory', 'missing', 'missing'],
])('%s is a clear message and exit code 2', async (_, name, message) => {
  const folder = await temporaryFolder()
  if (name === 'a-file') await writeFile(join(folder, name), '')
  const { code, stdout, stderr } = await driftpin(['demo', join(folder, name)])
  expect(stderr).toContain(message)
  expect(stderr).toMatch(/^driftpin: /)
  expect(stderr).not.toContain('    at ')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

import { readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { type DemoReport, printStep, printSummary } from '../../src/cli/demo/report.js'
import { copyContext, driftWorkspace } from '../../src/cli/demo/workspace.js'
import { demoCommand } from '../../src/cli/demo-command.js'
import { scan } from '../../src/scan/scan.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { hashOfTree } from './hash-of-tree.js'
import { refusalOf } from './refusal-of.js'
import { writeTangledProject } from './write-tangled-project.js'

// One run of the whole command, since most of its time is the start of a fresh PostgreSQL. The
// others, on a tangled project and with a planted defect, are in the full tier.

const example = fileURLToPath(new URL('../../examples/workspace', import.meta.url))

async function leftovers(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('driftpin-demo-'))
}

/** What the demo prints of a report where JSON is not asked for. */
function printedOf(report: DemoReport): string {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line))
  for (const [index, step] of report.steps.entries()) printStep(step, index + 1)
  printSummary(report, false)
  log.mockRestore()
  return lines.join('\n')
}

test('the demo checks its claims on the example, and leaves nothing behind', async () => {
  const before = await leftovers()
  const tree = await hashOfTree(example)
  const { code, stdout, stderr } = await driftpin(['demo', '--json'])
  const report = JSON.parse(stdout) as DemoReport
  expect({ code, stderr, failed: report.claimsFailed }).toEqual({ code: 0, stderr: '', failed: [] })
  expect(report.claimsChecked).toBeGreaterThan(20)
  expect(report.steps).toHaveLength(10)
  const statuses = report.steps[2]!.tables[0]!.rows.map((row) => row[3])
  expect(new Set(statuses)).toEqual(new Set(['ok', 'oversize', 'invalid', 'unreadable']))
  const printed = printedOf(report)
  expect(printed).toContain(`All ${report.claimsChecked} claims hold`)
  expect(printed).toContain('Try next:')
  expect(printed.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(await hashOfTree(example)).toBe(tree)
  expect(await leftovers()).toEqual(before)
})

test('what the demo changes of a directory of the user is a copy, through whatever links', async () => {
  const [outer, folder] = [await temporaryFolder(), await temporaryFolder()]
  const directory = await writeTangledProject(outer)
  const tree = await hashOfTree(outer)
  const { resources, rootName } = await scan(directory, { rootName: directory })
  const copy = await copyContext(folder, directory, resources, rootName)
  const { modified, added, removed } = await driftWorkspace(copy, resources, rootName)
  expect({ modified, added, removed }).toEqual({
    modified: expect.any(String),
    added: expect.any(String),
    removed: expect.any(String),
  })
  expect(await hashOfTree(outer)).toBe(tree)
})

test('a missing directory is a clear message and exit code 2', async () => {
  const missing = join(await temporaryFolder(), 'missing')
  const { code, stdout, stderr } = await driftpin(['demo', missing])
  expect(stderr).toContain('missing')
  expect(stderr).toMatch(/^driftpin: /)
  expect(stderr).not.toContain('    at ')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test.each([
  ['an empty directory', '', 'An agent would find nothing in'],
  ['a file in place of a directory', 'a-file', 'a-file'],
])('%s is refused', async (_, name, message) => {
  const folder = await temporaryFolder()
  if (name) await writeFile(join(folder, name), '')
  expect(await refusalOf(demoCommand(), [join(folder, name)])).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining(message),
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { scanCommand } from '../../src/cli/scan-command.js'
import { aggregateHash, kindHashes } from '../../src/index.js'
import { scan } from '../../src/scan/index.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { refusalOf } from './refusal-of.js'

test('scan prints what it found, and why something is not ok', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'AGENTS.md'), '# Here\n')
  await mkdir(join(folder, 'skills/wrong'), { recursive: true })
  await writeFile(join(folder, 'skills/wrong/SKILL.md'), 'no front matter\n')
  const { code, stdout } = await driftpin(['scan', folder])
  expect(stdout).toMatch(/AGENTS\.md +instruction_file +7 B +ok/)
  expect(stdout).toMatch(/skills\/wrong\/SKILL\.md +skill +16 B +invalid/)
  expect(stdout).toMatch(/aggregate hash [0-9a-f]{64}/)
  expect(code).toBe(0)
})

test('scan --json prints the whole scan, presented as asked', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'CLAUDE.md'), '# Here\n')
  const { stdout } = await driftpin(['scan', folder, '--root-name', '/srv/x', '--json'])
  const printed = JSON.parse(stdout)
  const found = await scan(folder, { rootName: '/srv/x' })
  expect(printed.resources[0].source).toBe('/srv/x/CLAUDE.md')
  expect(printed.aggregateHash).toBe(await aggregateHash(await kindHashes(found.resources)))
})

test('a name that would move the cursor is printed as an escape', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'skills/a\u001b[2Jb\n'), { recursive: true })
  await writeFile(join(folder, 'skills/a\u001b[2Jb\n/SKILL.md'), 'x')
  const { stdout } = await driftpin(['scan', folder])
  expect(stdout).toContain('skills/a\\u{1b}[2Jb\\n/SKILL.md')
  expect(stdout).not.toContain('\u001b')
})

test.each([
  [[], 'missing required argument'],
  [['.', '--jsonn'], 'Did you mean --json?'],
])('wrong use is refused: scan %j', async (args, message) => {
  expect(await refusalOf(scanCommand(), args)).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining(message),
  })
})

test.each([
  [['skan', '.'], 'Did you mean scan?'],
  [['scan', '/nowhere/at/all'], 'driftpin: '],
])('wrong use exits with 2: %j', async (args, message) => {
  const { code, stdout, stderr } = await driftpin(args)
  expect(stderr).toContain(message)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('help shows examples and exit codes, and exits with 0', async () => {
  const { code, stdout } = await driftpin(['--help'])
  expect(stdout).toContain('Examples:')
  expect(stdout).toContain('Exit codes:')
  expect(code).toBe(0)
})

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { needPrograms, openTerminal } from '../support/programs.js'
import { run } from '../support/run-command.js'
import { twoBranches } from './git-project.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

test('what an embedded database of the project has had is not moved, by whatever ledger', async () => {
  const project = await twoBranches()
  const driftpin = (...args: string[]) =>
    run(process.execPath, [main, 'migrate', ...args, '--migrations', 'migrations'], {
      cwd: join(project.root, 'db'),
    })
  const there = ['--data', '../.driftpin', '--ledger', 'app_migrations', '--schema', 'app']
  expect((await driftpin('up', ...there)).code).toBe(0)
  const before = await project.files()
  const refused = await driftpin('renumber', '--yes')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('This database has applied 3 (mine), 4 (more)')
  expect(await project.files()).toEqual(before)
  expect((await driftpin('to', '2', ...there)).code).toBe(0)
  expect((await driftpin('renumber', '--yes')).code).toBe(0)
  expect(await project.files()).toContain('005_more.up.sql')
})

test.each([
  ['y', 'Renumbered.', '004_mine.up.sql'],
  ['', 'Nothing was changed.', '003_mine.up.sql'],
])('at a terminal the answer %j counts', async (answer, says, file) => {
  await needPrograms('script')
  const project = await twoBranches()
  const command = `${process.execPath} ${main} migrate renumber --migrations ${project.directory}`
  const terminal = openTerminal(command, {})
  await terminal.until('Continue? [y/N] ')
  terminal.write(`${answer}\n`)
  await terminal.until(says)
  expect(await terminal.ended).toBe(0)
  expect(await project.files()).toContain(file)
})

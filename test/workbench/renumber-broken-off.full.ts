import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readMigrations } from '../../src/index.js'
import {
  applyRenumber,
  finishRenumber,
  hasUnfinishedRenumber,
} from '../../src/workbench/renumber/apply-renumber.js'
import { planRenumber } from '../../src/workbench/renumber/plan-renumber.js'
import { run } from '../support/run-command.js'
import { type GitProject, gitProject, migrationFiles, twoBranches } from './git-project.js'

const program = fileURLToPath(new URL('renumber-and-die.mjs', import.meta.url))
const room = new URL('../../dist/workbench/renumber/', import.meta.url).href

/** Every file of the folder and what is in it. */
const contents = async (project: GitProject) =>
  Promise.all((await project.files()).map(async (file) => [file, await project.read(file)]))

test('one that is killed before any of its steps can be finished, and nothing is lost', async () => {
  const whole = await twoBranches()
  await applyRenumber(await planRenumber({ directory: whole.directory }))
  const expected = await contents(whole)
  // The journal, six files, seven edits: each begins with a rename.
  for (const step of [0, 1, 2, 6, 7, 9, 13]) {
    const project = await twoBranches()
    const before = await contents(project)
    const { code } = await run(process.execPath, [program, room, project.directory, String(step)])
    expect([step, code]).toEqual([step, null])
    if (step === 0) {
      // Not even what was to be done is written yet.
      expect(await hasUnfinishedRenumber(project.directory)).toBe(false)
      expect((await contents(project)).filter(([file]) => !file!.startsWith('.'))).toEqual(before)
      continue
    }
    expect(await hasUnfinishedRenumber(project.directory)).toBe(true)
    await finishRenumber(project.directory)
    expect(await contents(project)).toEqual(expected)
    expect(await hasUnfinishedRenumber(project.directory)).toBe(false)
  }
  await whole.git('merge', '-q', 'main', '-m', 'merge').catch(() => {})
  expect((await readMigrations(whole.directory)).length).toBeGreaterThan(3)
})

test('one whose migrations have one name can be finished after each of its renamings', async () => {
  const alike = async () => {
    const project = await gitProject()
    await project.write(migrationFiles('001_one'))
    await project.commit('base')
    await project.git('checkout', '-q', '-b', 'feature')
    await project.write({ ...migrationFiles('002_fix', '-- two'), ...migrationFiles('003_fix') })
    await project.commit('branch')
    await project.git('checkout', '-q', 'main')
    await project.write(migrationFiles('002_theirs'))
    await project.commit('base goes on')
    await project.git('checkout', '-q', 'feature')
    return project
  }
  const whole = await alike()
  await applyRenumber(await planRenumber({ directory: whole.directory }))
  const expected = await contents(whole)
  for (const step of [1, 3, 4, 5, 6, 7, 8]) {
    const project = await alike()
    await run(process.execPath, [program, room, project.directory, String(step)])
    await finishRenumber(project.directory)
    expect([step, await contents(project)]).toEqual([step, expected])
  }
})

test('what is left to do is not believed when it leads out of the folder', async () => {
  const project = await twoBranches()
  for (const journal of [
    { moves: [{ from: '003_mine.up.sql', to: '../../stolen' }], edits: [] },
    { moves: [], edits: [{ file: '../escaped', text: 'x' }] },
    { moves: [{ from: '/etc/hostname', to: 'x' }], edits: [] },
  ]) {
    const file = join(project.directory, '.driftpin-renumber.json')
    await writeFile(file, JSON.stringify(journal))
    const before = await project.git('status', '--porcelain', '-uall')
    await expect(finishRenumber(project.directory)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await project.git('status', '--porcelain', '-uall')).toBe(before)
  }
})

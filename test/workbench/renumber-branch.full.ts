import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMigrations } from '../../src/index.js'
import { applyRenumber } from '../../src/workbench/renumber/apply-renumber.js'
import { planRenumber } from '../../src/workbench/renumber/plan-renumber.js'
import { gitProject, migrationFiles, twoBranches } from './git-project.js'
import { movesOf } from './moves-of.js'

describe('a branch beside its base', () => {
  test('keeps what is not committed, moves what is not even known to git, and loses nothing', async () => {
    const project = await twoBranches()
    await project.write({ '003_mine.up.sql': '-- edited\n', ...migrationFiles('005_new') })
    await rm(join(project.directory, 'fixtures/004_more.sql'))
    const before = await project.files()
    await applyRenumber(await planRenumber({ directory: project.directory }))
    const after = await project.files()
    expect(after).toHaveLength(before.length)
    expect(after).toEqual(expect.arrayContaining(['006_new.up.sql', 'fixtures/006_new.sql']))
    expect(await project.read('004_mine.up.sql')).toBe('-- edited\n')
  })

  test('works on a detached head', async () => {
    const project = await twoBranches()
    await project.git('checkout', '-q', '--detach')
    expect(await movesOf(project.directory)).toEqual([
      '003_mine -> 004_mine',
      '004_more -> 005_more',
    ])
  })

  test('and both with one name and another text are two migrations', async () => {
    const project = await twoBranches()
    await project.git('checkout', '-q', 'main')
    await project.write(migrationFiles('004_more', '-- the other one'))
    await project.commit('the same name')
    await project.git('checkout', '-q', 'feature')
    await applyRenumber(await planRenumber({ directory: project.directory }))
    await project.commit('renumbered')
    await project.git('merge', '-q', 'main', '-m', 'merge')
    const migrations = await readMigrations(project.directory)
    expect(migrations.slice(3).map(({ up }) => [up.file, up.text])).toEqual([
      ['004_more.up.sql', '-- the other one: up\n'],
      ['005_mine.up.sql', '-- 005_mine: up\n'],
      ['006_more.up.sql', '-- After 005_mine.up.sql, see 005_mine: up\n'],
    ])
  })

  test('leaves alone what the base has renamed since', async () => {
    const project = await twoBranches()
    await project.git('checkout', '-q', 'main')
    for (const kind of ['up', 'down']) {
      await project.git(
        'mv',
        `db/migrations/002_two.${kind}.sql`,
        `db/migrations/004_two.${kind}.sql`,
      )
    }
    await project.commit('renamed')
    await project.git('checkout', '-q', 'feature')
    expect(await movesOf(project.directory)).toEqual([
      '003_mine -> 005_mine',
      '004_more -> 006_more',
    ])
  })

  test('has nothing to do when it comes after the base, or is the base', async () => {
    const project = await twoBranches()
    expect(await movesOf(project.directory, 'feature')).toEqual([])
    await project.git('checkout', '-q', 'main')
    expect(await movesOf(project.directory)).toEqual([])
    await project.write(migrationFiles('009_gap'))
    expect(await movesOf(project.directory)).toEqual([])
    await project.write(migrationFiles('002_late'))
    expect(await movesOf(project.directory)).toEqual(['002_late -> 004_late'])
  })

  test('takes the numbers of times from the clock', async () => {
    const project = await gitProject('master')
    await project.write(migrationFiles('20260101120000_one'))
    await project.commit('base')
    await project.git('checkout', '-q', '-b', 'feature')
    await project.write(migrationFiles('20251201000000_old'))
    await project.write(migrationFiles('20251202000000_older'))
    const now = new Date('2026-02-03T04:05:06Z')
    const { base, moves } = await planRenumber({ directory: project.directory, now })
    expect(base).toBe('master')
    expect(moves.map(({ to }) => to)).toEqual(['20260203040506_old', '20260203040507_older'])
  })
})

import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { applyRenumber } from '../../src/workbench/renumber/apply-renumber.js'
import { planRenumber } from '../../src/workbench/renumber/plan-renumber.js'
import { gitProject, migrationFiles, twoBranches } from './git-project.js'

describe('what names a migration', () => {
  test('outside of the folder is told, and left alone', async () => {
    const project = await twoBranches()
    await writeFile(join(project.root, 'notes.md'), 'see 003_mine')
    await project.commit('notes')
    const { mentions, edits } = await planRenumber({ directory: project.directory })
    expect(mentions).toEqual(['notes.md'])
    expect(edits.map(({ file, references }) => [file, references])).toEqual([
      ['004_mine.down.sql', 1],
      ['004_mine.up.sql', 1],
      ['005_more.down.sql', 2],
      ['005_more.up.sql', 2],
      ['README.md', 2],
      ['fixtures/004_mine.sql', 1],
      ['fixtures/005_more.sql', 2],
    ])
  })

  test('is nowhere else where the folder is all of the repository', async () => {
    const project = await gitProject('main', '.')
    await project.write(migrationFiles('001_one'))
    await project.commit('base')
    await project.git('checkout', '-q', '-b', 'feature')
    await project.write({ ...migrationFiles('001_mine'), 'README.md': '001_mine' })
    await project.commit('branch')
    const { mentions, edits } = await planRenumber({ directory: project.directory })
    expect(mentions).toEqual([])
    expect(edits.map(({ file }) => file)).toContain('README.md')
  })

  test('in a migration of the base, in bytes that are no text, or behind a link is left alone', async () => {
    const project = await twoBranches()
    await project.write({ '001_one.up.sql': '-- 003_mine' })
    await writeFile(join(project.directory, 'latin1.txt'), Buffer.from('003_mine \xe9', 'latin1'))
    await writeFile(join(project.root, 'outside.txt'), '003_mine')
    await symlink(join(project.root, 'outside.txt'), join(project.directory, 'link.txt'))
    const { edits } = await planRenumber({ directory: project.directory })
    const files = edits.map(({ file }) => file)
    for (const file of ['001_one.up.sql', 'latin1.txt', 'link.txt'])
      expect(files).not.toContain(file)
  })

  test('is found by its name as it is, whatever signs are in that', async () => {
    const project = await twoBranches()
    await project.write({
      ...migrationFiles('003_v1.2 (new)'),
      'notes.txt': '003_v1.2 (new).up.sql, 003_v1x2 (new), 003_v1.2',
    })
    await applyRenumber(await planRenumber({ directory: project.directory }))
    expect(await project.read('notes.txt')).toBe('005_v1.2 (new).up.sql, 003_v1x2 (new), 003_v1.2')
  })

  test('makes an own migration that stays one of those that must not be applied', async () => {
    const project = await twoBranches()
    await project.write(migrationFiles('050_late', '-- After 003_mine'))
    const { moves, changed } = await planRenumber({ directory: project.directory })
    expect(moves.map(({ from }) => from)).not.toContain('050_late')
    expect(changed).toContainEqual(expect.objectContaining({ version: 50, name: 'late' }))
  })
})

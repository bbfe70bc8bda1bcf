import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { readMigrations } from '../../src/index.js'
import { applyRenumber } from '../../src/workbench/renumber/apply-renumber.js'
import { planRenumber } from '../../src/workbench/renumber/plan-renumber.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { gitProject, migrationFiles, twoBranches } from './git-project.js'
import { movesOf } from './moves-of.js'

const refusal = (directory: string, base?: string) =>
  planRenumber({ directory, ...(base && { base }) }).then(
    () => undefined,
    (error) => error,
  )

describe('a branch beside its base', () => {
  test.each(['before', 'after'])('is renumbered %s it has merged the base', async (when) => {
    const project = await twoBranches()
    if (when === 'after') {
      await project.git('merge', '-q', 'main', '-m', 'merge')
      await expect(readMigrations(project.directory)).rejects.toMatchObject({
        code: 'migration_duplicate',
        message: expect.stringMatching(/003_mine.*003_theirs.*renumber/),
      })
    }
    const plan = await planRenumber({ directory: project.directory })
    expect(plan.base).toBe('main')
    expect(plan.moves.map(({ from, to }) => [from, to])).toEqual([
      ['003_mine', '004_mine'],
      ['004_more', '005_more'],
    ])
    expect(plan.changed).toMatchObject([
      { version: 3, name: 'mine' },
      { version: 4, name: 'more' },
    ])
    await applyRenumber(plan)
    if (when === 'before') await project.commit('renumbered')
    if (when === 'before') await project.git('merge', '-q', 'main', '-m', 'merge')
    const migrations = await readMigrations(project.directory)
    expect(migrations.map(({ version, name }) => `${version} ${name}`)).toEqual([
      '1 one',
      '2 two',
      '3 theirs',
      '4 mine',
      '5 more',
    ])
    expect(await project.read('004_mine.up.sql')).toBe('-- 004_mine: up\n')
    expect(await project.read('fixtures/005_more.sql')).toBe(
      '-- After 004_mine.up.sql, see 004_mine: fixture\n',
    )
    expect(await project.read('README.md')).toBe(
      '004_mine and 005_more, but not 003_mine_too; 003_theirs and 001_one stay.\n',
    )
    expect(await project.read('003_theirs.up.sql')).toBe('-- 003_theirs: up\n')
    expect(await movesOf(project.directory)).toEqual([])
  })

  test('takes along what belongs to its migrations by their number alone', async () => {
    const project = await twoBranches()
    await project.git('merge', '-q', 'main', '-m', 'merge')
    await project.git('checkout', '-q', 'main')
    await project.write({ 'fixtures/003_theirs_too.sql': '', 'fixtures/exempt.json': '{}' })
    await project.commit('base has more rows')
    await project.git('checkout', '-q', 'feature')
    await project.git('merge', '-q', 'main', '-m', 'merge')
    const exempt = { tables: { 3: 'why' }, downs: { 4: 'rows', '003_mine': 'go', 1: 'stay' } }
    await project.write({
      'fixtures/003_more_rows.sql': '-- rows',
      'fixtures/004_more_rows.sql': '-- more rows',
      'fixtures/exempt.json': JSON.stringify(exempt),
    })
    await applyRenumber(await planRenumber({ directory: project.directory }))
    const files = (await project.files()).filter((file) => file.startsWith('fixtures/'))
    expect(files).toEqual([
      'fixtures/001_one.sql',
      'fixtures/002_two.sql',
      'fixtures/003_theirs.sql',
      'fixtures/003_theirs_too.sql',
      'fixtures/004_mine.sql',
      'fixtures/004_more_rows.sql',
      'fixtures/005_more.sql',
      'fixtures/005_more_rows.sql',
      'fixtures/exempt.json',
    ])
    expect(await project.read('fixtures/004_more_rows.sql')).toBe('-- rows')
    expect(JSON.parse(await project.read('fixtures/exempt.json'))).toEqual({
      tables: { 3: 'why' },
      downs: { 5: 'rows', '004_mine': 'go', 1: 'stay' },
    })
  })

  test("leaves the exemptions of the base's migrations with their numbers", async () => {
    const project = await twoBranches()
    await project.git('checkout', '-q', 'main')
    await project.write({ 'fixtures/exempt.json': '{"downs": {"3": "theirs"}}' })
    await project.commit('base exempts its own')
    await project.git('checkout', '-q', 'feature')
    await project.git('merge', '-q', 'main', '-m', 'merge')
    await applyRenumber(await planRenumber({ directory: project.directory }))
    expect(await project.read('fixtures/exempt.json')).toBe('{"downs": {"3": "theirs"}}')
  })

  test('is found from a hook of git, which has git look elsewhere', async () => {
    const project = await twoBranches()
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE']) vi.stubEnv(name, '.git')
    expect(await movesOf(project.directory)).toHaveLength(2)
  })

  test('in the middle of a conflict is refused', async () => {
    const project = await twoBranches()
    await project.git('checkout', '-q', 'main')
    await project.write(migrationFiles('004_more', '-- the other one'))
    await project.commit('the same name')
    await project.git('checkout', '-q', 'feature')
    expect(await project.tryGit('merge', '-q', 'main', '-m', 'merge')).toBe(1)
    const error = await refusal(project.directory)
    expect(error).toMatchObject({ name: 'DriftpinError', code: 'invalid_input' })
    expect(error.message).toContain('in conflict')
  })

  test('whose first migration has the number 0 is after none, and stays', async () => {
    const project = await gitProject()
    await writeFile(join(project.root, 'README.md'), 'nothing yet')
    await project.commit('base')
    await project.write(migrationFiles('000000_init'))
    expect(await movesOf(project.directory, 'HEAD')).toEqual([])
  })
})

describe('a renumbering is refused', () => {
  test('in a folder that is not in git', async () => {
    const folder = await temporaryFolder()
    const error = await refusal(folder)
    expect(error).toMatchObject({ code: 'invalid_input' })
    expect(error.message).toContain('not in a work tree of git')
  })

  test('of what is no folder', async () => {
    expect(await refusal('/nowhere/at/all')).toMatchObject({ code: 'migrations_unreadable' })
  })

  test.each(['nowhere', '--all', 'HEAD:db'])('from a base %s that there is not', async (base) => {
    const project = await twoBranches()
    const error = await refusal(project.directory, base)
    expect(error).toMatchObject({ code: 'invalid_input' })
    expect(error.message).toContain(`${base} is not a branch or commit here`)
  })

  test('without a usual base', async () => {
    const project = await gitProject('trunk')
    expect((await refusal(project.directory)).message).toContain('Name the base with --base')
  })

  test('when a file is in the way, before anything is moved', async () => {
    const project = await twoBranches()
    await project.write({ 'fixtures/005_more.sql': 'somebody else' })
    const before = await project.files()
    const error = await refusal(project.directory)
    expect(error.message).toContain('fixtures/004_more.sql would become fixtures/005_more.sql')
    expect(await project.files()).toEqual(before)
  })

  test('when the folder has changed since the plan, before anything is moved', async () => {
    const project = await twoBranches()
    const plan = await planRenumber({ directory: project.directory })
    await mkdir(join(project.directory, '005_more.up.sql'))
    const before = await project.files()
    await expect(applyRenumber(plan)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await project.files()).toEqual(before)
  })
})

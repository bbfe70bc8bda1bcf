import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { createMigrator, fromPg, readMigrations } from '../../src/index.js'
import { run } from '../support/run-command.js'
import { type GitProject, twoBranches } from './git-project.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const { url } = inject('servers').at(-1)!

/** Runs the command where the project is. */
const renumber = (project: GitProject, ...args: string[]) =>
  run(process.execPath, [main, 'migrate', 'renumber', '--migrations', 'db/migrations', ...args], {
    cwd: project.root,
  })

describe('driftpin migrate renumber', () => {
  test('shows its plan where nobody can be asked, and does it with --yes', async () => {
    const project = await twoBranches()
    const before = await project.files()
    const shown = await renumber(project)
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(/^After main:\n {2}003_mine\.down\.sql -> 004_mine\.down\.sql\n/)
    expect(shown.stdout).toContain('fixtures/004_more.sql -> fixtures/005_more.sql')
    expect(shown.stdout).toContain('README.md: 2 references')
    expect(shown.stdout).toMatch(/Nothing was changed\. Apply it with --yes\.\n$/)
    expect(await project.files()).toEqual(before)
    const done = await renumber(project, '--yes')
    expect(done.stdout).toMatch(/\nRenumbered\.\n$/)
    const again = await renumber(project, '--yes', '--json')
    expect(JSON.parse(again.stdout)).toEqual({
      base: 'main',
      moves: [],
      mentions: [],
      applied: false,
    })
    expect((await readMigrations(project.directory)).map(({ version }) => version)).toEqual([
      1, 2, 4, 5,
    ])
  })

  test('refuses to move what a database has had, by name and version, and moves nothing', async () => {
    const project = await twoBranches()
    const schema = `renumber ${process.pid}`
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    onTestFinished(async () => {
      await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
      await pool.end()
    })
    const migrations = await readMigrations(project.directory)
    const migrator = createMigrator(fromPg(pool, { schema }), { migrations })
    const args = ['--yes', '--database', url, '--schema', schema]
    await migrator.to(3)
    const before = await project.files()
    const refused = await renumber(project, ...args)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('This database has applied 3 (mine)')
    expect(refused.stderr).toContain(`according to the ledger "${schema}"."driftpin_migrations"`)
    expect(refused.stderr).toContain('driftpin migrate to 2')
    const named = [...args.slice(0, -2), '--ledger', 'another']
    expect((await renumber(project, ...args.slice(0, -2))).code).toBe(1)
    expect((await renumber(project, ...named.slice(1))).code).toBe(0)
    expect(refused.stderr).not.toContain(new URL(url).password)
    expect(await project.files()).toEqual(before)
    // The base has a migration with the same number, which does not stand in the way.
    await migrator.to(2)
    await pool.query(
      `INSERT INTO "${schema}".driftpin_migrations (version, name, checksum, duration_ms)
       VALUES (3, 'theirs', '', 1)`,
    )
    expect(await renumber(project, ...args)).toMatchObject({ code: 0, stderr: '' })
    expect(await project.files()).toContain('004_mine.up.sql')
  })

  test('in a folder that is not in git exits with 2', async () => {
    const project = await twoBranches()
    const { code, stderr } = await renumber(project, '--migrations', '/tmp')
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not in a work tree of git'),
    })
  })
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

test('a migration that does not hold fails its own test and no other', async () => {
  // Below the repository, where the dependencies are found.
  const folder = await mkdtemp(join(repository, '.driftpin-verify-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'migrations'))
  const files = {
    'migrations/1_create_boats.up.sql': 'CREATE TABLE boats (id integer)',
    'migrations/1_create_boats.down.sql': 'DROP TABLE boats',
    'migrations/2_index.up.sql': 'CREATE INDEX IF NOT EXISTS by_id ON boats (id)',
    'migrations/2_index.down.sql': 'SELECT 1',
    'migrations/3_add_mast.up.sql': 'ALTER TABLE boats ADD COLUMN mast integer',
    'migrations/3_add_mast.down.sql': `ALTER TABLE boats DROP COLUMN mast,
      ADD CONSTRAINT few CHECK (id < 2); ALTER TABLE boats DROP CONSTRAINT few`,
    'migrations/4_add_boat.up.sql': 'INSERT INTO boats VALUES (5)',
    'migrations/4_add_boat.down.sql': 'SELECT 1',
    'vitest.config.mjs': 'export default {}',
    'migrations.test.ts': `
      import { testMigrations } from '${join(repository, 'dist/workbench/vitest.js')}'
      testMigrations({ migrations: '${join(folder, 'migrations')}' })`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--root', folder, '--reporter', 'json']
  const { code, stdout } = await run(process.execPath, args, { cwd: folder, env: { CI: '1' } })
  const tests = JSON.parse(stdout).testResults[0].assertionResults as {
    title: string
    status: string
    failureMessages: string[]
  }[]
  expect(code).toBe(1)
  expect(tests.map(({ title, status }) => `${title}: ${status}`)).toEqual([
    '1_create_boats.up.sql: passed',
    '2_index.up.sql: failed',
    '3_add_mast.up.sql: passed',
    '4_add_boat.up.sql: passed',
    'rows in every table: passed',
    'key order: passed',
    'nothing left: passed',
    'fresh install: passed',
    'running again: passed',
    'all downs with all rows: failed',
  ])
  expect(tests[1]!.failureMessages[0]).toContain('+ CREATE INDEX by_id')
  expect(tests.at(-1)!.failureMessages[0]).toContain('The constraint is few of boats.')
})

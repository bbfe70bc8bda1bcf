import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMigrations } from '../../src/index.js'
import { lintMigrations } from '../../src/workbench/index.js'
import { type Files, folderOf } from '../support/temporary-folder.js'
import { failure, read, steps, useFolders } from './use-folders.js'

const { apply } = useFolders()

const lintFolder = (migrations: string) => lintMigrations({ migrations })

describe('a folder of which a part would be left out is refused', () => {
  const apples = 'CREATE TABLE apples (id int PRIMARY KEY);'
  const goose = `-- +goose Up\n${apples}\n-- +goose Down\nDROP TABLE apples;`
  test.each<[string, Files, string]>([
    [
      'Diesel directories beside a script',
      { 'backfill.sql': apples, '2024-01-01-000001_apples/up.sql': apples },
      '2024-01-01-000001_apples/up.sql: in a subfolder',
    ],
    [
      'a subfolder of Flyway',
      { 'V1__apples.sql': apples, 'v2/V2__pears.sql': 'SELECT 1' },
      'v2/V2__pears.sql: in a subfolder',
    ],
    [
      'a migration of Flyway in Java',
      { 'V1__apples.sql': apples, 'V2__Pears.java': '' },
      'V2__Pears.java: in code',
    ],
    [
      'a migration of goose in Go',
      { '00001_apples.sql': goose, '00002_pears.go': '' },
      '00002_pears.go: in code',
    ],
    [
      'a migration of node-pg-migrate in JavaScript',
      { '1700000000001_apples.sql': apples, '1700000000002_pears.js': '' },
      '1700000000002_pears.js: in code',
    ],
    [
      'a pair beside one in TypeScript',
      { '1_apples.up.sql': apples, '2_pears.ts': '' },
      '2_pears.ts: in code',
    ],
    [
      'the root of graphile-migrate',
      { 'afterReset.sql': 'SELECT 1', 'committed/000001.sql': apples, 'current/1-a.sql': '' },
      'committed/000001.sql: in a subfolder',
    ],
    [
      'scripts beside folders of Prisma',
      {
        'migration_lock.toml': '',
        '20240101000000_apples/migration.sql': apples,
        '20240102000000_pears.sql': 'SELECT 1',
      },
      '20240102000000_pears.sql: a script beside 20240101000000_apples/migration.sql',
    ],
    [
      'scripts beside folders that Prisma or Drizzle could have made',
      { '1_apples/migration.sql': apples, 'pears.sql': 'SELECT 1' },
      'pears.sql: a script beside 1_apples/migration.sql',
    ],
    [
      'changesets of Liquibase',
      { '001.sql': `--liquibase formatted sql\n--changeset a:1\n${apples}` },
      '001.sql: a changelog of Liquibase',
    ],
    [
      'a changelog of Liquibase beside the scripts that it lists',
      { '001.sql': apples, 'db.changelog-master.xml': '' },
      'db.changelog-master.xml: a changelog of Liquibase',
    ],
    [
      'folders of Sqitch beside a script',
      { 'setup.sql': 'SELECT 1', 'deploy/apples.sql': apples, 'revert/apples.sql': '' },
      'deploy/apples.sql: in a subfolder',
    ],
    [
      'folders of Hasura beside a script',
      { 'setup.sql': 'SELECT 1', 'default/1700000000000_apples/up.sql': apples },
      'default/1700000000000_apples/up.sql: in a subfolder',
    ],
  ])('such as %s', async (_, files, words) => {
    const error = await failure(read(files))
    expect(error.code).toBe('migrations_unreadable')
    expect(error.message).toContain('Only a part of the migrations in ')
    expect(error.message).toContain(words)
  })

  test.each<[string, Files]>([
    ['2_pears.ts: in code', { '2_pears.ts': '' }],
    ['more/2_pears.up.sql: in a subfolder', { 'more/2_pears.up.sql': apples }],
  ])('also by readMigrations and by the lint: %s', async (words, other) => {
    const folder = await folderOf({
      '1_apples.up.sql': apples,
      '1_apples.down.sql': 'DROP TABLE apples;',
      ...other,
    })
    for (const readIt of [readMigrations, lintFolder]) {
      const error = await failure(readIt(folder))
      expect(error.code).toBe('migrations_unreadable')
      expect(error.message).toContain(words)
    }
  })

  test('and links that lead back into the folder are no part of it', async () => {
    const folder = await folderOf({ '1_apples.up.sql': apples, 'docs/a.md': '' })
    await symlink('.', join(folder, 'self'))
    for (const name of 'abcdefg') await symlink('..', join(folder, 'docs', name))
    expect(await readMigrations(folder, { forwardOnly: true })).toHaveLength(1)
  })

  test('and files that no tool takes for migrations are no part of it', async () => {
    const others = ['embed.go', 'README.md', 'index.ts', '1_a.d.ts', 'notes.yaml', 'docs/a.md']
    const rows = { 'fixtures/1_a.sql': 'SELECT 1', 'seeds/rows.sql': 'SELECT 1' }
    const files = Object.fromEntries(others.map((name) => [name, '']))
    expect(await apply({ ...steps('1_a.sql'), ...files, ...rows })).toBe('forward-only')
  })

  test('and one without any script is told what is there', async () => {
    const error = await failure(read({ '1_a/up.sql': 'SELECT 1', '1_a/down.sql': '' }))
    expect(error.message).toContain('nothing in it can be run; 1_a/down.sql is in a subfolder')
  })
})

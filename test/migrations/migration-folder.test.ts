import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMigrator, readMigrations } from '../../src/index.js'
import { readMigrationFolder } from '../../src/migrations/index.js'
import { type Files, folderOf, temporaryFolder } from '../support/temporary-folder.js'
import { failure, read, step, steps, useFolders } from './use-folders.js'

const { database, apply, ran, indexes } = useFolders()

describe('pairs', () => {
  const pairs = {
    '000002_add_titles.up.sql': 'ALTER TABLE chats ADD title text;',
    '000002_add_titles.down.sql': 'ALTER TABLE chats DROP title;',
    '000001_create_chats.up.sql': 'CREATE TABLE chats (id int);',
    '000001_create_chats.down.sql': 'DROP TABLE chats;',
  }

  test('are run by the migrator, which finds them applied afterwards', async () => {
    const folder = await folderOf(pairs)
    const { tool, apply } = await readMigrationFolder(folder)
    await apply(database())
    expect(tool).toBe('pairs')
    const migrations = await readMigrations(folder)
    const states = (await createMigrator(database(), { migrations }).status()).map((s) => s.state)
    expect(states).toEqual(['applied', 'applied'])
    await database().query('SELECT title FROM chats')
  })

  test('need no down files where none has one, and all of them where one has', async () => {
    const { '000001_create_chats.down.sql': _, ...half } = pairs
    const error = await failure(read(half))
    expect(error.code).toBe('migration_incomplete')
    expect(error.message).toContain('000001_create_chats.up.sql has no down file')
    const { '000002_add_titles.down.sql': __, ...ups } = half
    expect(await apply(ups)).toBe('pairs')
    await database().query('SELECT title FROM chats')
  })

  test('may be an index made concurrently, with our directive or alone in its file', async () => {
    const index = 'CREATE INDEX CONCURRENTLY'
    await apply({
      ...steps('1_first.up.sql'),
      '2_second.up.sql': `-- driftpin: no transaction\n${index} one ON ran (name);`,
      '3_third.up.sql': `${index} two ON ran (name);`,
    })
    expect(await indexes()).toEqual(['driftpin_migrations_pkey', 'one', 'two'])
  })

  test('do not take files of another kind among them', async () => {
    const error = await failure(read({ ...pairs, 'seed.sql': 'SELECT 1' }))
    expect(error.code).toBe('migration_invalid')
    expect(error.message).toContain('seed.sql')
  })
})

describe('forward-only files', () => {
  test.each([
    ['numbers', ['1_a.sql', '2_b.sql', '10_c.sql', '10_d2.sql', '10_d10.sql']],
    ['versions', ['1_a.sql', '1.1_b.sql', '1.2.sql', '1.10_a.sql', '2.sql']],
    ['timestamps', ['20231231235959_z.sql', '20240101120000_a.sql', '20240101120000123_b.sql']],
    ['bytes, where a name has no number', ['10_b.sql', '9_a.sql', 'Zebra.sql', 'apple.sql']],
    ['Flyway versions', ['V1__c.sql', 'V1.2__b.sql', 'V1_10__a.sql', 'V2__a.sql', 'R__views.sql']],
  ])('run in the order of their %s', async (_, names) => {
    expect(await apply(steps(...names.toReversed()))).toBe('forward-only')
    expect(await ran()).toEqual(names)
  })

  test('of Flyway begin with the newest baseline, and undo files are not run', async () => {
    await apply(steps('V1__a.sql', 'B1__a.sql', 'V2__b.sql', 'B2__b.sql', 'V3__c.sql', 'U3__c.sql'))
    expect(await ran()).toEqual(['B2__b.sql', 'V3__c.sql'])
  })

  test.each(['afterMigrate.sql', 'V2_typo.sql', 'U9__nothing.sql'])(
    'of Flyway are refused where Flyway would pass over %s',
    async (name) => {
      const error = await failure(read(steps('V1__a.sql', name)))
      expect(error.code).toBe('migrations_unreadable')
      expect(error.message).toContain(name)
    },
  )

  test('that go down are left out', async () => {
    await apply(steps('1_a.sql', '1_a.down.sql'))
    expect(await ran()).toEqual(['1_a.sql'])
  })

  test.each([
    ['dbmate', '-- migrate:up', '-- migrate:down'],
    ['dbmate without a transaction', '-- migrate:up transaction:false', '-- migrate:down'],
    ['goose', '-- +goose Up\n-- +goose StatementBegin', '-- +goose StatementEnd\n-- +goose Down'],
    ['goose without a transaction', '-- +goose NO TRANSACTION\n-- +goose Up', '-- +goose Down'],
    ['sql-migrate', '-- +migrate Up', '-- +migrate Down'],
    ['node-pg-migrate', '-- Up Migration', '-- Down Migration'],
    ['tern', '', '---- create above / drop below ----'],
  ])('with sections of %s are run up, and never down', async (_, up, down) => {
    const text = `-- A word in front.\n${up}\n${step('up')}${down}\nDROP TABLE ran;\n`
    expect(await apply({ '1_a.sql': text, '2_b.sql': text })).toBe('forward-only')
    expect(await ran()).toEqual(['up', 'up'])
  })

  test('have no statement in front of the up section', async () => {
    const error = await failure(read({ '1_a.sql': 'SELECT 1;\n-- +goose Up\nSELECT 2;' }))
    expect(error.code).toBe('migration_invalid')
    expect(error.message).toContain('1_a.sql has a statement in front of its up section')
  })

  test('may be links, and names with a dot in front are passed over', async () => {
    const folder = await folderOf({ '._1_a.sql': 'not SQL' })
    const other = await folderOf(steps('elsewhere.sql'))
    await symlink(join(other, 'elsewhere.sql'), join(folder, '1_a.sql'))
    await (await readMigrationFolder(folder)).apply(database())
    expect(await ran()).toEqual(['elsewhere.sql'])
  })
})

describe('prisma', () => {
  const files = {
    'migration_lock.toml': 'provider = "postgresql"',
    ...steps('20240201000000_b/migration.sql', '20240101000000_a/migration.sql'),
    '20240101000000_a/down.sql': 'DROP TABLE ran',
    'README.md': 'not SQL',
  }

  test('has a folder for each migration, in the order of their names', async () => {
    expect(await apply(files)).toBe('prisma')
    expect(await ran()).toEqual([
      '20240101000000_a/migration.sql',
      '20240201000000_b/migration.sql',
    ])
  })

  test('may call a migration seed', async () => {
    const files = { '1_a/migration.sql': step('a'), 'seed/migration.sql': step('seed') }
    expect(await apply(files)).toBe('prisma')
    expect(await ran()).toEqual(['a', 'seed'])
  })

  test('stops at a folder whose migration.sql is gone', async () => {
    const error = await failure(read({ ...files, '20240301000000_c/notes.md': '' }))
    expect(error.code).toBe('migrations_unreadable')
    expect(error.message).toContain('the folder 20240301000000_c has no migration.sql')
  })
})

describe('drizzle', () => {
  const journal = (...tags: string[]) => ({
    'meta/_journal.json': JSON.stringify({
      version: '7',
      dialect: 'postgresql',
      entries: tags.map((tag, idx) => ({ idx, version: '7', when: idx, tag, breakpoints: true })),
    }),
  })

  test('runs what the journal lists, in its order, and nothing else', async () => {
    const files = steps('0001_a.sql', '0000_b.sql', '0002_unlisted.sql')
    expect(await apply({ ...files, ...journal('0001_a', '0000_b') })).toBe('drizzle')
    expect(await ran()).toEqual(['0001_a.sql', '0000_b.sql'])
  })

  test('separates statements by breakpoints, with or without a semicolon', async () => {
    const text =
      'CREATE TABLE "a" ("n" int);--> statement-breakpoint\nCREATE TABLE "b" ("n" int)\n' +
      '--> statement-breakpoint\nCREATE TABLE "c" ("n" int)\n--> statement-breakpoint\n'
    await apply({ '0000_x.sql': text, ...journal('0000_x') })
    await database().query('SELECT FROM a, b, c')
  })

  test('may begin with a migration that is all comment, as after drizzle-kit pull', async () => {
    const pulled = '-- Uncomment this.\n/*\nCREATE TABLE a (n int);\n--> statement-breakpoint\n*/\n'
    await apply({ '0000_x.sql': pulled, ...steps('0001_y.sql'), ...journal('0000_x', '0001_y') })
    expect(await ran()).toEqual(['0001_y.sql'])
  })

  test('has a folder for each migration since drizzle-kit 1.0', async () => {
    const names = ['20250101000000_a/migration.sql', '20250201000000_b/migration.sql']
    const snapshots = { '20250101000000_a/snapshot.json': '{}', 'schema/extra.ts': '' }
    expect(await apply({ ...steps(...names.toReversed()), ...snapshots })).toBe('drizzle')
    expect(await ran()).toEqual(names)
  })

  test.each([
    ['names a missing file', JSON.stringify({ entries: [{ tag: '0000_gone' }] }), '0000_gone.sql'],
    ['is not JSON', '{ "entries": [', 'meta/_journal.json is not a journal of Drizzle'],
    ['has no tags', '{"entries":[{"tag":1}]}', 'entries[0].tag'],
    ['lists nothing', '{"entries":[]}', 'meta/_journal.json lists no migration'],
  ])('has a journal that is refused when it %s', async (_, text, words) => {
    const error = await failure(read({ 'meta/_journal.json': text, '0001_a.sql': 'SELECT 1' }))
    expect(error.code).toBe('migrations_unreadable')
    expect(error.message).toContain(words)
  })
})

describe('the hash', () => {
  const hashOf = async (files: Files) => (await read(files)).hash
  const plain = { '1_a.sql': 'SELECT 1;\n', '2_b.sql': 'SELECT 2;\n' }

  test('stays for line ends, a byte order mark, the place, and files that do not run', async () => {
    const hash = await hashOf(plain)
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    const dressed = { ...plain, '2_b.sql': '\uFEFFSELECT 2;\r\n', 'readme.md': 'x' }
    expect(await hashOf(dressed)).toBe(hash)
    expect(await hashOf({ ...plain, '1_a.down.sql': 'SELECT 3' })).toBe(hash)
  })

  test.each([
    ['a text', { ...plain, '2_b.sql': 'SELECT 3;\n' }],
    ['a name', { '1_a.sql': plain['1_a.sql'], '2_c.sql': plain['2_b.sql'] }],
    ['the number of files', { ...plain, '3_c.sql': '' }],
    ['what stands where', { '1_a.sql': plain['2_b.sql'], '2_b.sql': plain['1_a.sql'] }],
  ])('changes with %s', async (_, files) => {
    expect(await hashOf(files)).not.toBe(await hashOf(plain))
  })

  test('changes with the order of a journal', async () => {
    const journal = (...tags: string[]) => ({
      ...plain,
      'meta/_journal.json': JSON.stringify({ entries: tags.map((tag) => ({ tag })) }),
    })
    const hash = await hashOf(journal('1_a', '2_b'))
    expect(await hashOf(journal('2_b', '1_a'))).not.toBe(hash)
    expect(await hashOf(journal('1_a', '2_b'))).toBe(hash)
  })

  test('of pairs changes with a down file, which the checksum in the ledger covers', async () => {
    const pair = { '1_a.up.sql': 'SELECT 1;\n', '1_a.down.sql': 'SELECT 2;\n' }
    const hash = await hashOf(pair)
    expect(await hashOf({ ...pair, '1_a.up.sql': 'SELECT 1;\r\n' })).toBe(hash)
    expect(await hashOf({ ...pair, '1_a.down.sql': 'SELECT 3;\n' })).not.toBe(hash)
  })

  test('is of what is run: a file that changes after it was read is run as it was', async () => {
    const folder = await folderOf(steps('1_a.sql'))
    const migrations = await readMigrationFolder(folder)
    await writeFile(join(folder, '1_a.sql'), 'SELECT 1 / 0')
    await migrations.apply(database())
    expect(await ran()).toEqual(['1_a.sql'])
  })
})

describe('a folder that cannot be read', () => {
  test.each<[string, Files, string]>([
    ['is empty', {}, 'nothing in it can be run'],
    ['holds migrations in code', { '1_a.ts': '' }, 'nothing in it can be run'],
    ['has only a lock file', { 'migration_lock.toml': '' }, 'nothing in it can be run'],
    ['has a text in Latin-1', { '1_a.sql': Uint8Array.of(0x2d, 0x2d, 0xe9) }, '1_a.sql: '],
    ['has a folder where a file should be', { '1_a.sql/b': '' }, '1_a.sql: '],
  ])('since it %s is told what was looked for', async (_, files, words) => {
    const error = await failure(read(files))
    expect(error.code).toBe('migrations_unreadable')
    expect(error.message).toContain(words)
    expect(error.message).toMatch(/Looked for .*journal.*Prisma.*pairs.*Name the folder/s)
  })

  test('since it is not there, or a link in it is broken', async () => {
    const folder = await temporaryFolder()
    const missing = await failure(readMigrationFolder(join(folder, 'gone')))
    expect(missing).toMatchObject({ code: 'migrations_unreadable', cause: { code: 'ENOENT' } })
    await symlink(join(folder, 'gone'), join(folder, '1_a.sql'))
    const broken = await failure(readMigrationFolder(folder))
    expect(broken).toMatchObject({ code: 'migrations_unreadable', cause: { code: 'ENOENT' } })
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMigrator, fromPGlite, readMigrations } from '../../src/index.js'
import { type MigrationFile, parseMigrations } from '../../src/migrations/parse-migrations.js'
import { statementsOf } from '../../src/migrations/run-script.js'
import { openPGlite } from '../support/open-pglite.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const pair = (name: string, up = 'SELECT 1;', down = 'SELECT 2;'): MigrationFile[] => [
  { file: `${name}.up.sql`, text: up },
  { file: `${name}.down.sql`, text: down },
]

/** What parsing throws. */
function refusal(files: MigrationFile[]): { code: string; message: string } {
  try {
    parseMigrations(files)
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('It was accepted.')
}

describe('pairs of files', () => {
  test('are put in the order of their numbers, not of their names', () => {
    const names = ['10_ten', '9_nine', '00011_eleven', '20260101120000_later']
    const migrations = parseMigrations(names.flatMap((name) => pair(name)))
    expect(migrations.map(({ version, name }) => `${version} ${name}`)).toEqual([
      '9 nine',
      '10 ten',
      '11 eleven',
      '20260101120000 later',
    ])
    expect(migrations[0]).toMatchObject({
      up: { file: '9_nine.up.sql', text: 'SELECT 1;', transaction: true },
      down: { file: '9_nine.down.sql', text: 'SELECT 2;', transaction: true },
    })
  })

  test.each([
    ['two names for one number', [...pair('001_one'), ...pair('001_other')]],
    ['one number with more and with fewer zeros', [...pair('1_one'), ...pair('000001_one')]],
    ['only the halves of two pairs', [pair('1_one')[0]!, pair('01_two')[1]!]],
  ])('%s are a duplicate, which names both files', (_, files) => {
    const { code, message } = refusal(files)
    expect(code).toBe('migration_duplicate')
    expect(message).toMatch(
      /0*1_\w+\.(up|down)\.sql and 0*1_\w+\.(up|down)\.sql have the same number/,
    )
    expect(message).toContain('Give the later one the next number')
  })

  test('what PostgreSQL refuses in a transaction runs without one where it is alone', () => {
    const [alone, beside] = parseMigrations([
      ...pair('1_alone', '-- For the list.\nCREATE INDEX CONCURRENTLY i ON t (a);', 'VACUUM t;'),
      ...pair('2_beside', 'CREATE INDEX CONCURRENTLY i ON t (a); SELECT 1;', 'CREATE TABLE u ();'),
    ])
    expect(alone).toMatchObject({ up: { transaction: false }, down: { transaction: false } })
    expect(beside).toMatchObject({ up: { transaction: true }, down: { transaction: true } })
  })

  test('half a pair is refused, and the message names the file that is missing', () => {
    const noDown = refusal([...pair('1_one'), pair('2_two')[0]!])
    expect(noDown.code).toBe('migration_incomplete')
    expect(noDown.message).toContain('2_two.up.sql has no down file')
    expect(noDown.message).toContain('Write 2_two.down.sql')
    expect(noDown.message).toContain('forwardOnly')
    const noUp = refusal([pair('1_one')[1]!])
    expect(noUp).toMatchObject({ code: 'migration_incomplete' })
    expect(noUp.message).toContain('Write 1_one.up.sql.')
    const forwardOnly = parseMigrations([pair('2_two')[0]!], { forwardOnly: true })
    expect(forwardOnly).toMatchObject([{ version: 2, down: undefined }])
    expect(() => parseMigrations([pair('1_one')[1]!], { forwardOnly: true })).toThrow('no up file')
  })

  test.each([
    'one.up.sql',
    '1-one.up.sql',
    '1_one.sql',
    '1_one.UP.sql',
    '-1_one.up.sql',
    '1.5_one.up.sql',
    '1_a/one.up.sql',
    '1_one\u001b[2J.up.sql',
    '../1_one.up.sql',
  ])('%s is no name for a migration', (file) => {
    const { code, message } = refusal([{ file, text: '' }])
    expect(code).toBe('migration_invalid')
    expect(message).toContain(`${file} is not the name of a migration`)
    expect(message).toContain('000012_add_titles.up.sql')
  })

  test('have the names that golang-migrate takes, and a number from 0 on', () => {
    const names = [
      '000000_init',
      '1_v1.2',
      '2__x',
      '3_two words',
      '4_',
      '5_one.up',
      '1234567890123456_x',
    ]
    const migrations = parseMigrations(names.flatMap((name) => pair(name)))
    expect(migrations.map(({ version, name }) => [version, name])).toEqual([
      [0, 'init'],
      [1, 'v1.2'],
      [2, '_x'],
      [3, 'two words'],
      [4, ''],
      [5, 'one.up'],
      [1234567890123456, 'x'],
    ])
  })

  test('have no number that a program would round', () => {
    const { code, message } = refusal(pair('20260131120000000000_one'))
    expect(code).toBe('migration_invalid')
    expect(message).toContain(`is above ${Number.MAX_SAFE_INTEGER}`)
  })

  test.each(['no transactions', '', 'No Transaction', 'transaction'])(
    'the directive %j is unknown, and the message says which there is',
    (words) => {
      const { code, message } = refusal(pair('1_one', `-- driftpin: ${words}\nSELECT 1`))
      expect(code).toBe('migration_invalid')
      expect(message).toContain('1_one.up.sql begins with a directive')
      expect(message).toContain('-- driftpin: no transaction')
    },
  )

  test.each([
    ['none', '-- driftpin: no transaction\n-- nothing;\n', 'has 0 statements'],
    ['two', '-- driftpin: no transaction\nSELECT 1; SELECT 2;', 'has 2 statements'],
  ])('a file without a transaction has exactly one statement, and not %s', (_, text, says) => {
    const { code, message } = refusal(pair('1_one', 'SELECT 1', text))
    expect(code).toBe('migration_invalid')
    expect(message).toContain(`1_one.down.sql runs without a transaction and ${says}`)
  })

  test('a byte order mark and CRLF are taken off, before the directive is looked for', () => {
    const text = '\uFEFF-- driftpin: no transaction\r\nSELECT 1\r\n'
    const [migration] = parseMigrations(pair('1_one', text))
    expect(migration!.up).toEqual({
      file: '1_one.up.sql',
      text: '-- driftpin: no transaction\nSELECT 1\n',
      transaction: false,
    })
  })
})

describe('transaction control in a file', () => {
  const statements = (text: string) =>
    statementsOf({ file: '1_one.up.sql', text, transaction: true }).map((one) => one.text)

  test.each([
    'BEGIN; SELECT 1; COMMIT;',
    '-- From another tool.\nbegin transaction; SELECT 1; commit work',
    'START TRANSACTION; SELECT 1; END;',
    'BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT',
  ])('around all of it is taken off: %s', (text) => {
    expect(statements(text)).toEqual(['SELECT 1'])
  })

  test.each([
    ['SELECT 1;\nCOMMIT;\nSELECT 2;', 2],
    ['BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nSELECT 2;\nCOMMIT;', 3],
    ['SELECT 1;\n\nROLLBACK', 3],
    ['SELECT 1;\nBEGIN;', 2],
    ['BEGIN', 1],
    ['/* x */ ABORT;', 1],
    ["SELECT 1; PREPARE TRANSACTION 'x'", 1],
    ['SELECT 1;\nSELECT 2;\nstart  transaction', 3],
  ])('anywhere else is refused with its line: %j', (text, line) => {
    expect(() => statements(text)).toThrow(
      expect.objectContaining({
        code: 'migration_invalid',
        message: expect.stringContaining(
          `1_one.up.sql begins or ends a transaction in line ${line}`,
        ),
      }),
    )
  })

  test.each(['SELECT 1 AS begin', 'PREPARE commit AS SELECT 1', 'DO $$ BEGIN END $$', ''])(
    'is not seen where there is none: %s',
    (text) => {
      expect(statements(text)).toEqual(text === '' ? [] : [text])
    },
  )
})

describe('a folder of migrations', () => {
  test('is read and run, with three digits and with timestamps; other files are left alone', async () => {
    const folder = await temporaryFolder()
    const files = [
      ...pair(
        '000_first',
        'CREATE TABLE first (n int); SAVEPOINT s; DROP TABLE first; ROLLBACK TO SAVEPOINT s;',
        'DROP TABLE first; SAVEPOINT s; SELECT 1; rollback work to s;',
      ),
      ...pair('001_users', 'CREATE TABLE users (n int);', 'DROP TABLE users;'),
      ...pair(
        '20260101120000_posts',
        '\uFEFFBEGIN;\r\nCREATE TABLE posts (n int);\r\nCOMMIT;',
        'DROP TABLE posts',
      ),
      { file: 'README.md', text: 'About these.' },
      { file: 'seed.sql.bak', text: 'SELEC' },
    ]
    for (const { file, text } of files) await writeFile(join(folder, file), text)
    const migrations = await readMigrations(folder)
    expect(migrations.map(({ version }) => version)).toEqual([0, 1, 20260101120000])
    const client = await openPGlite()
    const migrator = createMigrator(fromPGlite(client), { migrations, ledger: 'app_migrations' })
    expect(await migrator.up()).toHaveLength(3)
    expect(await migrator.up()).toEqual([])
    expect(await migrator.to(0)).toHaveLength(3)
    await client.close()
  })

  test('can be forward only, if it says so', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, '1_one.up.sql'), 'SELECT 1')
    await expect(readMigrations(folder)).rejects.toMatchObject({ code: 'migration_incomplete' })
    expect(await readMigrations(folder, { forwardOnly: true })).toHaveLength(1)
  })

  test('that is missing, empty, a file, or has a folder or bad bytes in it is refused by name', async () => {
    const folder = await temporaryFolder()
    const make = async (name: string, file: string, content: string | Uint8Array) => {
      await mkdir(join(folder, name))
      await writeFile(join(folder, name, file), content)
    }
    await mkdir(join(folder, 'empty'))
    await make('other', 'README.md', 'no migration')
    await make('latin1', '1_one.up.sql', Uint8Array.of(0x2d, 0x2d, 0xe9))
    await mkdir(join(folder, 'nested', '1_one.up.sql'), { recursive: true })
    for (const name of ['missing', 'empty', 'other', 'latin1', 'nested', 'other/README.md']) {
      const directory = join(folder, name)
      const error = await readMigrations(directory).catch((error) => error)
      expect(error).toMatchObject({ name: 'DriftpinError', code: 'migrations_unreadable' })
      expect(error.message).toContain(directory)
      expect(error.message).toContain('pairs such as 000001_create_users.up.sql')
      expect(error.cause).toBeTruthy()
    }
    for (const name of ['latin1', 'nested']) {
      await expect(readMigrations(join(folder, name))).rejects.toThrow('1_one.up.sql: ')
    }
  })
})

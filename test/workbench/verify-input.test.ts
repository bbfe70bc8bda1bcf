import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyMigrations } from '../../src/workbench/index.js'
import { folderOf, temporaryFolder } from '../support/temporary-folder.js'

const pair = (number: string, up: string, down = 'SELECT 1') => ({
  [`${number}_one.up.sql`]: up,
  [`${number}_one.down.sql`]: down,
})

const refusal = (files: Readonly<Record<string, string>>) =>
  folderOf(files)
    .then((migrations) => verifyMigrations({ migrations }))
    .then(
      () => {
        throw new Error('It was accepted.')
      },
      ({ code, message }) => ({ code, message }),
    )

test.each([
  ['no pairs', { 'README.md': '' }, 'migrations_unreadable', 'no file in it ends in .sql'],
  [
    'half a pair',
    { ...pair('1', ''), '2_two.up.sql': '' },
    'migration_incomplete',
    '2_two.down.sql',
  ],
  [
    'a folder of which a part would be left out',
    { ...pair('1', ''), 'v2/2_two.up.sql': '' },
    'migrations_unreadable',
    'v2/2_two.up.sql: in a subfolder',
  ],
  [
    'two with one number',
    { ...pair('1', ''), '01_two.up.sql': '', '01_two.down.sql': '' },
    'migration_duplicate',
    'have the same number',
  ],
  [
    'a fixture of no migration',
    { ...pair('1', ''), 'fixtures/2_two.sql': '' },
    'migration_invalid',
    'fixtures/2_two.sql belongs to no migration',
  ],
  [
    'exemptions that are none',
    { ...pair('1', ''), 'fixtures/exempt.json': '{"tables": ["boats"]}' },
    'migration_invalid',
    '(fixtures/exempt.json) cannot be used',
  ],
  [
    'an exemption without a reason',
    { ...pair('1', ''), 'fixtures/exempt.json': '{"downs": {"1": ""}}' },
    'migration_invalid',
    'a reason has words',
  ],
  [
    'an exemption for a migration that is not there',
    { ...pair('1', ''), 'fixtures/exempt.json': '{"downs": {"2": "why"}}' },
    'migration_invalid',
    '"2", and there is no such migration',
  ],
])('%s is refused before anything is run', async (_, files, code, says) => {
  const refused = await refusal(files as Record<string, string>)
  expect(refused).toMatchObject({ code, message: expect.stringContaining(says) })
})

test('a folder that is not there is refused, and so are fixtures that are not there', async () => {
  const folder = join(await temporaryFolder(), 'none')
  await expect(verifyMigrations({ migrations: folder })).rejects.toMatchObject({
    code: 'migrations_unreadable',
  })
  await expect(verifyMigrations({ fixtures: folder })).rejects.toMatchObject({
    code: 'migrations_unreadable',
    message: expect.stringContaining('The fixtures in'),
  })
})

test.each([
  ['a command of psql', '\\connect boats\nSELECT 1', 'has a command of psql in line 1'],
  ['COPY from a stream', 'SELECT 1;\nCOPY boats FROM stdin;', 'COPY FROM STDIN'],
  [
    'an extension that PGlite has not',
    'CREATE EXTENSION postgis',
    'from npm, as @electric-sql/pglite-NAME',
  ],
  ['SQL that does not parse', 'SELECT 1;\n\nCREATE TABEL boats ();', 'in line 3, column 8'],
])('%s is a finding that says where', async (_, text, says) => {
  const { findings } = await verifyMigrations({ migrations: await folderOf(pair('1', text)) })
  expect(findings).toHaveLength(1)
  expect(findings[0]!.message).toContain('1_one.up.sql')
  expect(findings[0]!.message).toContain(says)
})

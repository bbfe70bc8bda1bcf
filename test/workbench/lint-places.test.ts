import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lintMigrations } from '../../src/workbench/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { writePairs } from './write-pairs.js'

test('lines and columns count characters, whatever stands before them and ends the lines', async () => {
  const marked = (text: string) => `-- Größe 🚢 é 東京\n${text}`
  const folder = await writePairs([
    [
      marked("/* ⚓ */ COMMENT ON SCHEMA public IS '🚢'; CREATE TABLE b (id int UNIQUE);"),
      'SELECT 1;',
    ],
    ['\uFEFFCREATE TABLE c (\r\n  naïve text,\r\n  "größe" int UNIQUE\r\n);\r\n', 'SELECT 1;'],
    ['\uFEFFCREATE TABLE d (id int UNIQUE);', 'SELECT 1;'],
    [
      "DO $$ BEGIN CREATE TABLE e (id int UNIQUE); EXECUTE 'SELECT 1;'; END $$;\n;;\n" +
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 1; -- '; $f$;\n" +
        'CREATE TABLE g (id int UNIQUE);',
      '-- Nothing to do.\n',
    ],
    ['', '\n\n'],
  ])
  const { findings } = await lintMigrations({ migrations: folder })
  const shown = findings.map(({ file, line, column, text }) => ({
    file: file.slice(0, 6),
    line,
    before: [...text].slice(0, column - 1).join(''),
    after: [...text].slice(column - 1).join(''),
  }))
  expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['unnamed-constraint']))
  expect(shown).toEqual([
    {
      file: '000001',
      line: 2,
      before: "/* ⚓ */ COMMENT ON SCHEMA public IS '🚢'; CREATE TABLE b (id int ",
      after: 'UNIQUE);',
    },
    { file: '000002', line: 3, before: '  "größe" int ', after: 'UNIQUE' },
    { file: '000003', line: 1, before: 'CREATE TABLE d (id int ', after: 'UNIQUE);' },
    { file: '000004', line: 4, before: 'CREATE TABLE g (id int ', after: 'UNIQUE);' },
  ])
})

test.each([
  {
    what: 'what is no SQL',
    text: '-- 🚢 é\r\nCREATE TABLE ü (a int);\r\nCREATE é TABLE b (a int);\r\n',
    says: [
      'line 3, column 8: syntax error at or near "é"',
      '3 | CREATE é TABLE b (a int);\n           ^',
    ],
  },
  {
    what: 'SQL that ends too early',
    text: 'CREATE TABLE b (',
    says: ['line 1, column 17: syntax error at end of input', '1 | CREATE TABLE b ('],
  },
  {
    what: 'a string without an end',
    text: "SELECT 1;\n  SELECT 'x",
    says: ['line 2, column 10: unterminated quoted string', "2 |   SELECT 'x\n             ^"],
  },
  {
    what: 'a command of psql',
    text: 'SELECT 1;\n  \\i other.sql\n',
    says: ['line 2, column 3: \\i is a command of psql, not SQL', '2 |   \\i other.sql\n      ^'],
  },
])('$what is refused with file, line, column and the line', async ({ text, says }) => {
  const folder = await writePairs([
    ['SELECT 1;', 'SELECT 1;'],
    ['SELECT 1;', text],
  ])
  const refused = await lintMigrations({ migrations: folder }).catch((error) => error)
  expect(refused).toMatchObject({ code: 'migration_invalid', cause: expect.any(Error) })
  expect(refused.message).toContain('000002_plant.down.sql cannot be read in ')
  for (const words of says) expect(refused.message).toContain(words)
})

test.each([
  [['1_a.up.sql', '1_b.up.sql'], 'migration_duplicate', ['1_a.up.sql', '1_b.up.sql']],
  [['1_a.down.sql'], 'migration_incomplete', ['1_a.down.sql']],
  [['create.sql'], 'migration_invalid', ['create.sql']],
  [[], 'migrations_unreadable', ['no file']],
])('the files %j are refused with %s', async (files, code, words) => {
  const folder = await temporaryFolder()
  for (const file of files) await writeFile(join(folder, file), 'SELECT 1;')
  const refused = await lintMigrations({ migrations: folder }).catch((error) => error)
  expect(refused).toMatchObject({ code })
  for (const word of words) expect(refused.message).toContain(word)
})

test('what is no folder is refused', async () => {
  for (const [migrations, code] of [
    [import.meta.filename, 'migrations_unreadable'],
    ['/nowhere', 'migrations_unreadable'],
    ['', 'invalid_input'],
  ] as const) {
    await expect(lintMigrations({ migrations })).rejects.toMatchObject({ code })
  }
})

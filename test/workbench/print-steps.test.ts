import { describe, expect, test } from 'vitest'
import { migratePrintCommand } from '../../src/cli/migrate-command.js'
import { bundledFiles } from '../../src/migrations/generated/bundled.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { printSteps, stepsBetween } from '../../src/workbench/print-steps.js'
import { refusalOf } from '../cli/refusal-of.js'

const migrations = parseMigrations(bundledFiles)
const filesOf = (range: { from: number; to: number }) =>
  stepsBetween(migrations, range).map(({ file }) => file)

describe('the steps between two versions', () => {
  test('are ups or downs, in the order in which they run', () => {
    const all = migrations.map(({ up }) => up.file)
    expect(filesOf({ from: 0, to: migrations.at(-1)!.version })).toEqual(all)
    expect(filesOf({ from: 8, to: 10 })).toEqual(all.slice(8, 10))
    expect(filesOf({ from: 3, to: 1 })).toEqual([
      migrations[2]!.down!.file,
      migrations[1]!.down!.file,
    ])
    expect(filesOf({ from: 4, to: 4 })).toEqual([])
  })

  test('are refused from or to a version that there is not', () => {
    for (const range of [
      { from: 99, to: 1 },
      { from: 1, to: 99 },
    ]) {
      expect(() => stepsBetween(migrations, range)).toThrow(
        expect.objectContaining({ code: 'migration_target' }),
      )
    }
  })

  test('are refused without their down files', () => {
    const [first] = migrations
    expect(() => stepsBetween([{ ...first!, down: undefined }], { from: 1, to: 0 })).toThrow(
      expect.objectContaining({ code: 'migration_incomplete' }),
    )
  })
})

describe('a printed step', () => {
  const print = (text: string) => {
    const set = parseMigrations([{ file: '1_one.up.sql', text }], { forwardOnly: true })
    return printSteps(stepsBetween(set, { from: 0, to: 1 }), 'my "chat"')
  }
  const path = 'search_path = "my ""chat""", pg_temp;'

  test('is in a transaction with the search path of the schema', () => {
    expect(print('-- Why.\nSELECT 1;\n')).toBe(
      '-- For psql, in the schema "my ""chat""".\n\\set ON_ERROR_STOP on\n\n' +
        `-- 1_one.up.sql\nBEGIN;\nSET LOCAL ${path}\n-- Why.\nSELECT 1;\nCOMMIT;\n`,
    )
  })

  test.each([
    ['nothing', 'SELECT 1', 'SELECT 1\n;\n'],
    ['a comment', 'SELECT 1 -- done;', 'SELECT 1 -- done;\n;\n'],
    ['a semicolon on its own line', 'SELECT 1\n  ;\n-- done', 'SELECT 1\n  ;\n-- done\n'],
    [
      'a transaction of its own',
      '-- a\nBEGIN;\n-- b\nSELECT 1;\nCOMMIT;',
      '-- a\n-- b\nSELECT 1;\n',
    ],
    ['one behind a comment', 'BEGIN /* a; b */ -- c;\n;SELECT 1;COMMIT;', 'SELECT 1;\n'],
    ['one without a last semicolon', 'BEGIN; SELECT 1; COMMIT', ' SELECT 1; \n'],
    ['only a comment', '-- nothing', '-- nothing\n'],
  ])('whose file ends in %s ends before COMMIT', (_, text, sql) => {
    expect(print(text)).toContain(`SET LOCAL ${path}\n${sql}COMMIT;\n`)
  })

  test('without a transaction sets the path and puts it back', () => {
    const text = '-- driftpin: no transaction\nDROP INDEX CONCURRENTLY one_n;'
    expect(print(text)).toContain(`SET ${path}\n${text}\nRESET search_path;\n`)
    expect(print(text)).not.toContain('BEGIN')
  })

  test('that there is not is said in a comment', () => {
    expect(printSteps([], 'public')).toBe('-- Nothing to do.\n')
  })
})

test.each([
  [['--to', '99'], 'There is no migration 99'],
  [['--from', 'x'], 'whole number'],
  [['--migrations', '/nowhere'], 'cannot be read'],
])('wrong use of print %j exits with 2', async (args, says) => {
  expect(await refusalOf(migratePrintCommand(), args)).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(says),
  })
})

import { expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { migrateLintCommand, renderFindings } from '../../src/cli/migrate-lint-command.js'
import { lintRules } from '../../src/workbench/lint/lint-rules.js'
import { driftpin } from '../support/run-command.js'
import { writePairs } from '../workbench/write-pairs.js'
import { refusalOf } from './refusal-of.js'

test('a finding is shown with its line and a caret, and ends in 1', async () => {
  const folder = await writePairs([
    ['CREATE TABLE boats (a int);', '-- destroys: boats\nDROP TABLE boats;'],
    ['CREATE INDEX "ä" ON boats (a); ALTER TABLE boats ADD b int UNIQUE;', 'SELECT 1;'],
  ])
  const { code, stdout } = await driftpin(['migrate', 'lint', folder])
  const line = 'CREATE INDEX "ä" ON boats (a); ALTER TABLE boats ADD b int UNIQUE;'
  const column = line.indexOf('UNIQUE') + 1
  expect(stdout).toContain(
    [
      `000002_plant.up.sql:1:${column}  unnamed-constraint`,
      `1 | ${line}`,
      `${' '.repeat('1 | '.length + column - 1)}^`,
      '  This UNIQUE of boats has no name.',
    ].join('\n'),
  )
  expect(stdout).toMatch(
    /\n\n3 findings in 4 files: 2 index-not-concurrent, 1 unnamed-constraint\.\n$/,
  )
  expect(code).toBe(1)
  const json = await driftpin(['migrate', 'lint', folder, '--json'])
  const report = JSON.parse(json.stdout)
  expect(report).toMatchObject({ files: 4, silenced: 0, unchecked: [] })
  expect(report.findings).toHaveLength(3)
  expect(Object.keys(report.findings[0])).toEqual([
    ...['rule', 'file', 'line', 'column', 'text', 'message', 'fix'],
  ])
  expect(json.code).toBe(1)
})

test('a long line is cut around the place, and what could move the cursor is shown', () => {
  const before = `\u001b[2J\t${'x'.repeat(500)}`
  const finding = {
    ...{ rule: 'r', file: 'f', line: 7, column: before.length + 1, message: 'm.', fix: 'f.' },
    text: `${before}HERE${'y'.repeat(500)}`,
  }
  const shown = renderFindings({ findings: [finding], files: 1, silenced: 0, unchecked: [] })
  const [, line, caret] = shown.split('\n')
  expect(line!.length).toBeLessThan(130)
  expect(line!.slice(caret!.indexOf('^')).startsWith('HERE')).toBe(true)
  const start = { ...finding, column: 1 }
  const whole = renderFindings({ findings: [start], files: 1, silenced: 0, unchecked: [] })
  expect(whole).not.toContain('\u001b')
  expect(whole).toContain('7 | \\u{1b}[2J\\txxx')
})

test('--rules lists each rule with why and what instead', async () => {
  const { code, stdout } = await driftpin(['migrate', 'lint', '--rules'])
  for (const { id, why, instead } of lintRules) {
    expect(stdout).toContain(`${id}\n  ${why}\n  ${instead}\n`)
  }
  expect(stdout).toContain('bad-silence')
  expect(code).toBe(0)
})

test.each([
  [['--mirror', 'chats'], 'two tables'],
  [['--mirror', 'a=b=c'], 'two tables'],
  [['/nowhere'], 'cannot be read'],
  [['--owner'], 'argument missing'],
])('wrong use is refused: migrate lint %j', async (args, message) => {
  expect(await refusalOf(migrateLintCommand(), args)).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining(message),
  })
})

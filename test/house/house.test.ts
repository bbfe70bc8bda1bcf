import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { run } from '../support/run-command.js'
import { exceptions } from './exceptions.js'
import { findingsOf, type Rule } from './rule.js'
import * as errors from './rules/errors.js'
import * as names from './rules/names.js'
import * as sizes from './rules/sizes.js'
import * as sql from './rules/sql.js'
import * as tests from './rules/tests.js'
import * as words from './rules/words.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: repository })
const files = stdout.split('\n').filter((name) => name !== '' && name !== 'package-lock.json')
const texts = await Promise.all(
  files.map(async (file) => ({
    file,
    // A file that was deleted is listed until that is committed.
    text: await readFile(join(repository, file), 'utf8').catch(() => ''),
  })),
)
const rules: readonly Rule[] = [sizes, names, words, errors, tests, sql].flatMap(
  Object.values<Rule>,
)
const isExcepted = (rule: Rule, file: string) =>
  exceptions.some((one) => one.rule === rule.name && one.file === file)

describe.each(rules)('$name', (rule) => {
  test('nowhere but in the list of exceptions', () => {
    const found = texts
      .filter(({ file }) => !isExcepted(rule, file))
      .flatMap((one) => findingsOf(rule, one))
    expect(texts.some(({ file }) => rule.applies(file))).toBe(true)
    expect(found).toEqual([])
  })

  test('is seen where it is planted, and not where it is not', () => {
    for (const planted of rule.planted)
      expect(findingsOf(rule, planted), planted.text).toHaveLength(1)
    for (const fine of rule.fine) expect(findingsOf(rule, fine), fine.text).toEqual([])
  })
})

test('an exception that is no longer needed, or of no rule, is gone', () => {
  const needless = exceptions.filter(({ rule: name, file }) => {
    const rule = rules.find((one) => one.name === name)
    const one = texts.find((text) => text.file === file)
    return !rule || !one || findingsOf(rule, one).length === 0
  })
  expect(needless).toEqual([])
  expect(exceptions.length).toBeLessThanOrEqual(10)
})

import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addStatistics, createStatistics, renderStatistics } from '../../src/harness/statistics.js'
import { count } from '../../src/pglite/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { type FixtureProject, openFixtureProject } from './fixture-project.js'

let project: FixtureProject
const pair = ['pair-one', 'pair-two']
const reporter = '--reporter=driftpin/vitest-reporter'

beforeAll(async () => {
  project = await openFixtureProject()
})

afterAll(() => project?.close())

const tablesIn = (text: string) => text.match(/^driftpin\n {2}images built/gm)?.length ?? 0

/** The numbers that tables have for a name, in their order. */
function numbersOf(text: string, name: string): number[] {
  return [...text.matchAll(new RegExp(`^ {2}${name} +(\\d+)`, 'gm'))].map((found) =>
    Number(found[1]),
  )
}

test('the reporter prints one table for two workers that run at the same time', async () => {
  const temporary = await temporaryFolder()
  const env = { DRIFTPIN_STATS: '1', MEET: '1', TMPDIR: temporary }
  const { code, stdout, stderr } = await project.vitest(pair, [reporter], env)
  expect(code).toBe(0)
  expect([tablesIn(stdout), tablesIn(stderr)]).toEqual([1, 0])
  expect(numbersOf(stdout, 'databases')[0]).toBeGreaterThanOrEqual(2)
  expect((await readdir(temporary)).filter((name) => name.includes('stats'))).toEqual([])
})

test('a worker that runs two files is counted once', async () => {
  const args = [reporter, '--no-isolate', '--maxWorkers=1']
  const { stdout } = await project.vitest(pair, args, { DRIFTPIN_STATS: '1' })
  expect(numbersOf(stdout, 'databases')).toEqual([1])
})

test('threads have one table as well', async () => {
  const args = [reporter, '--pool=threads']
  const { stdout, stderr } = await project.vitest(['threads'], args, { DRIFTPIN_STATS: '1' })
  expect([tablesIn(stdout), tablesIn(stderr)]).toEqual([1, 0])
})

test('each worker prints its own without the reporter, and none where nobody asked', async () => {
  const { stderr } = await project.vitest(pair, [], { DRIFTPIN_STATS: '1' })
  expect(tablesIn(stderr)).toBe(2)
  const silent = await project.vitest(['pair-one'], [reporter])
  expect(tablesIn(silent.stdout + silent.stderr)).toBe(0)
})

test('the table adds up workers and names the reasons', () => {
  const one = createStatistics()
  one.databases = 2
  one.bytesCopied = 1_500_000
  one.rewindMs.push(1, 3)
  count(one.replaced, 'the test closed the instance')
  const other = createStatistics()
  other.databases = 1
  other.rewindMs.push(2)
  count(other.replaced, 'the test closed the instance')
  expect(renderStatistics(addStatistics([one, other])).split('\n')).toEqual([
    'driftpin',
    '  images built                    0',
    '  images reused                   0',
    '  databases                       3',
    '  rewinds                         3',
    '    p50                           2.00 ms',
    '    p95                           3.00 ms',
    '    max                           3.00 ms',
    '  bytes copied                    1.5 MB',
    '  instances replaced              2',
    '    the test closed the instance  2',
    '  fallbacks                       0',
  ])
})

test('the table of a run without a rewind has dashes', () => {
  expect(renderStatistics(createStatistics())).toMatch(/p50 +-\n +p95 +-\n +max +-\n/)
})

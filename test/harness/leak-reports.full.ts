import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FixtureProject, openFixtureProject, type SuiteRun } from './fixture-project.js'

let project: FixtureProject
let run: SuiteRun
let lines: string[]

beforeAll(async () => {
  project = await openFixtureProject()
  run = await project.vitest(['leaks'])
  lines = (await readFile(join(project.folder, 'leaks.suite.mjs'), 'utf8')).split('\n')
})

afterAll(() => project?.close())

/** The text of the line of the suite that a message names. */
function lineNamedIn(message: string): string {
  const at = Number(/leaks\.suite\.mjs:(\d+):\d+/.exec(message)?.[1])
  return lines[at - 1]!.trim()
}

test.each([
  ['an open transaction', 'an open transaction', 'BEGIN; DELETE'],
  ['a transaction that never ends', 'an open transaction', 'db.pglite.transaction'],
  ['a transaction of the seam that never ends', 'an open transaction', 'db.transaction'],
  ['a client of the pool', 'a client of the pool that was not released', 'db.pool.connect'],
  ['a fork', 'a fork that was not closed', 'db.fork()'],
  ['a LISTEN', 'a LISTEN on horn', "'LISTEN horn'"],
  ['a listener of PGlite', 'a LISTEN on horn', 'db.pglite.listen'],
  ['a listener of the seam', 'a LISTEN on horn', 'db.listen'],
  ['an advisory lock', 'an advisory lock', 'pg_advisory_lock'],
  ['an advisory lock in a function', 'an advisory lock', 'moor()'],
  ['an advisory lock in a string', 'an advisory lock', 'anchor()'],
  ['a setting', 'the setting work_mem = 5120', 'SET work_mem'],
  ['a setting after a comment', 'the setting work_mem = 5120', 'SET work_mem'],
  ['a setting in a function', 'the setting work_mem = 7168', "steer('north')"],
  ['a time zone', 'the setting TimeZone = Asia/Tokyo', 'SET TIME ZONE'],
  ['a setting of the project', 'the setting app.tenant = north', 'set_config'],
  ['a role', 'the setting role = skipper', 'SET ROLE'],
  ['a query in flight', 'a query in flight: SELECT pg_sleep(0.05)', 'pg_sleep'],
])('%s fails the test, and the message names the line', (what, leak, line) => {
  const { status, why } = run.outcomes[`${what} is a leak`]!
  expect(status).toBe('failed')
  expect(why).toContain(`DriftpinError: leaks.suite.mjs > ${what} is a leak ended with ${leak}`)
  expect(why).toContain("End it in the test, or pass leaks: 'warn' or 'off'.")
  expect(lineNamedIn(why)).toContain(line)
  expect(run.outcomes[`after ${what} the next test is clean`]!.status).toBe('passed')
})

test.each([
  ['a transaction of a client that was given back', 'idle in transaction, after DELETE FROM boats'],
  ['a query of the pool in flight', 'idle in transaction, after BEGIN'],
])('%s fails the test, and the message names the statement', (what, leak) => {
  const { status, why } = run.outcomes[`${what} is a leak`]!
  expect(status).toBe('failed')
  expect(why).toContain(leak)
  expect(run.outcomes[`after ${what} the next test is clean`]!.status).toBe('passed')
})

test('a setting that a function changed is named beside the other that it changed', () => {
  const { why } = run.outcomes['a setting in a function is a leak']!
  expect(why).toContain('\nand with the setting app.tenant = north, by\n')
})

test('a leak is found in a fork and behind a transaction around the test too', () => {
  for (const isolation of ['fork', 'rollback']) {
    const leaked = run.outcomes[`a setting is a leak with isolation ${isolation}`]!
    expect(leaked.why).toContain('ended with ')
    const next = run.outcomes[`after it the next test is clean with isolation ${isolation}`]!
    expect(next.status).toBe('passed')
  }
})

test('whatever ends within its test is no leak, and no other test fails', () => {
  const failed = Object.entries(run.outcomes).filter(([, { status }]) => status === 'failed')
  const planted = / is a leak|is told so$/
  expect(failed.map(([name]) => name).filter((name) => !planted.test(name))).toEqual([])
  const clean = Object.keys(run.outcomes).filter((name) => name.startsWith('what is no leak'))
  expect(clean).toHaveLength(5)
})

test('a leak is warned about or passed over where the options say so', () => {
  const warning = 'a leak passes where leaks is warn ended with an open transaction, by'
  expect(run.stderr).toContain(warning)
  expect(run.stderr).not.toContain('where leaks is off ended')
})

test('a statement that waits for its own transaction fails within seconds', () => {
  const { status, why, duration } =
    run.outcomes['a statement that waits for the transaction around it is told so']!
  expect(status).toBe('failed')
  expect(duration).toBeLessThan(20_000)
  const [opened, asked] = why.split('The statement is: SELECT 17')
  expect(lineNamedIn(asked!)).toContain('SELECT 17')
  expect(lineNamedIn(opened!.slice(opened!.indexOf('The transaction was opened')))).toBe(
    'await db.pglite.transaction(async () => {',
  )
})

test('nothing is kept where the options say so', async () => {
  await expect(readdir(join(project.folder, '.driftpin'))).rejects.toMatchObject({ code: 'ENOENT' })
})

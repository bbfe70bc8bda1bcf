import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { fuzzCommand } from '../../src/cli/fuzz-command.js'
import { fuzzReplayFlags } from '../../src/cli/fuzz-replay-flags.js'
import { renderFuzzSummary } from '../../src/cli/fuzz-report.js'
import type { FuzzSummary } from '../../src/cli/fuzz-summary.js'
import { commands } from '../../src/laws/commands/index.js'
import { driftpin } from '../support/run-command.js'
import { refusalOf } from './refusal-of.js'

// Servers, replays and Ctrl-C are in the full tier.

const beforehand = (name: string) => [fileURLToPath(new URL(name, import.meta.url))]

/** All that may be said elsewhere than in the answer; a slow machine says it, a fast one does not. */
const onlyProgress = /^(\d+ of \d+ histor(y|ies), .+\n)*$/

test('what a few histories exercised is told, and what they did not', async () => {
  const args = ['fuzz', '--runs', '3', '--seed', '1', '--commands', '10', '--json']
  const { code, stdout, stderr } = await driftpin(args)
  expect(stderr).toMatch(onlyProgress)
  expect(code).toBe(0)
  const { failure, ...summary } = JSON.parse(stdout) as FuzzSummary & { failure: unknown }
  expect(summary).toMatchObject({ seed: 1, runs: 3, stopped: false })
  expect(summary.engine).toMatch(/^PGlite \(PostgreSQL \d+\.\d+\)$/)
  expect(failure).toBeNull()

  const names = summary.coverage.map(({ command }) => command)
  expect(names).toEqual([...commands.map(({ name }) => name), 'transaction'])
  const single = summary.coverage.filter(({ command }) => command !== 'transaction')
  expect(single.reduce((sum, { done }) => sum + done, 0)).toBe(summary.commands)
  expect(summary.lawsChecked).toBeGreaterThan(summary.commands)
  // Ten commands at most cannot be all of them.
  expect(summary.neverDone.length).toBeGreaterThan(0)
  expect(summary.capsNotMet.at).toContain('resourcesMax')

  const printed = renderFuzzSummary(summary)
  const lines = printed.split('\n')
  for (const name of names) expect(lines).toContainEqual(expect.stringMatching(`^${name} +\\d`))
  expect(printed).toContain(`Never done: ${summary.neverDone[0]}`)
  expect(printed).toContain('No push was at resourcesMax')
  expect(lines.at(-1)).toBe('Every law held.')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test('a law that is broken is reported, and the exit code is 1', async () => {
  const args = ['fuzz', '--runs', '50', '--seed', '3', '--commands', '10']
  const { code, stdout } = await driftpin(args, beforehand('fuzz-plant-archive-defect.mjs'))
  expect(stdout).toMatch(/^Law 9, Clock: /)
  expect(stdout).toMatch(/^ +\d+\. archive chat \d/m)
  expect(stdout).toMatch(/^Replay it: +npx driftpin fuzz --seed 3 --path \d\S+ .*--commands 10$/m)
  expect(stdout).toMatch(/^Its database: +npx driftpin open /m)
  expect(stdout).toMatch(/^Found on PGlite .+ tries\.$/m)
  expect(code).toBe(1)
})

test('without fast-check one line says what to install', async () => {
  const preload = beforehand('fuzz-hide-fast-check.mjs')
  const { code, stdout, stderr } = await driftpin(['fuzz', '--runs', '1'], preload)
  expect(stderr).toBe('driftpin: The laws need fast-check: npm install --save-dev fast-check\n')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

test.each([
  ['no histories', ['--runs', '0'], 'whole number from 1 on'],
  ['a number that is none', ['--commands', 'many'], 'whole number from 1 on'],
  ['no time', ['--minutes', '0'], 'above 0'],
  ['a seed with a fraction', ['--seed', '1.5'], 'whole number'],
  ['a time and a number of histories', ['--runs', '5', '--minutes', '1'], "'--minutes <n>'"],
  ['a path and a number of histories', ['--path', '3', '--runs', '5'], "'--runs <n>'"],
  ['a path without its seed', ['--path', '3'], 'seed'],
  ['a path that is none', ['--path', 'a', '--seed', '1'], 'path'],
  ['commands that are left of no path', ['--replay-path', 'AB', '--seed', '1'], 'path'],
  [
    'a second run on a server',
    ['--doublecheck', '--database', 'postgres://a'],
    "'--database <url>'",
  ],
  ['a database that is no URL', ['--database', 'hunter2'], 'postgres://user@host:port/name'],
  ['a server that is not there', ['--database', 'postgres://a:hunter2@127.0.0.1:1/a'], 'ECONN'],
  ['an option that there is not', ['--sead', '1'], '--seed'],
  ['an argument', ['5'], 'too many arguments'],
])('%s is refused, and no password is repeated', async (_, args, message) => {
  const refusal = await refusalOf(fuzzCommand(), args)
  expect(refusal.exitCode).toBe(exitCodes.wrongUse)
  expect(refusal.message).toContain(message)
  expect(refusal.message).not.toContain('hunter2')
})

test('a replay is told the server, but not the password', () => {
  const database = "postgres://a:hunter2@h/it's?sslmode=require&password=hunter2"
  expect(fuzzReplayFlags({ database })).toEqual([
    `--database 'postgres://a@h/it'\\''s?sslmode=require'`,
  ])
  expect(fuzzReplayFlags({ database: 'postgres://a:hunter2@/a' })).toEqual(['--database URL'])
  expect(fuzzReplayFlags({ seed: 1, runs: 5 })).toEqual([])
})

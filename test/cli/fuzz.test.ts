import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { fuzzCommand, fuzzReplayFlags } from '../../src/cli/fuzz-command.js'
import { driftpin } from '../support/run-command.js'
import { refusalOf } from './refusal-of.js'

// Servers, replays and Ctrl-C are in the full tier.

const beforehand = (name: string) => [fileURLToPath(new URL(name, import.meta.url))]

test('a law that is broken is reported, and the exit code is 1', async () => {
  const args = ['fuzz', '--runs', '50', '--seed', '4', '--commands', '5']
  const { code, stdout } = await driftpin(args, beforehand('fuzz-plant-archive-defect.mjs'))
  expect(stdout).toMatch(/^Law (5, Isolation|9, Clock): /)
  expect(stdout).toMatch(/^ +\d+\. (un)?archive chat \d/m)
  expect(stdout).toMatch(/^Replay it: +npx driftpin fuzz --seed 4 --path \d\S+ .*--commands 5$/m)
  expect(stdout).toMatch(/^Its database: +npx driftpin open /m)
  expect(stdout).toMatch(/^Found on PGlite .+ attempts\.$/m)
  expect(code).toBe(1)
})

test('without fast-check one line says what to install', async () => {
  const preload = beforehand('fuzz-hide-fast-check.mjs')
  const { code, stdout, stderr } = await driftpin(['fuzz', '--runs', '1'], preload)
  expect(stderr).toBe('driftpin: The laws need fast-check: npm install --save-dev fast-check\n')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test.each([
  ['no histories', ['--runs', '0'], 'whole number of at least 1'],
  ['a number that is none', ['--commands', 'many'], 'whole number of at least 1'],
  ['no time', ['--minutes', '0'], 'a positive number'],
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
  [
    'a second run and a second server',
    ['--doublecheck', '--against', 'postgres://a'],
    "'--against",
  ],
  ['a second server that is no URL', ['--against', 'hunter2'], 'postgres://user@host:port/name'],
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
  expect(fuzzReplayFlags({ against: 'postgres://a:hunter2@h/a' })).toEqual([
    '--against postgres://a@h/a',
  ])
  const others: { database?: string; seed: number } = { seed: 1 }
  expect(fuzzReplayFlags(others)).toEqual([])
})

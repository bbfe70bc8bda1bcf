import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Example, openExample } from './open-example.js'

let example: Example
beforeAll(async () => {
  example = await openExample('nightly-fuzz')
})
afterAll(() => example?.[Symbol.asyncDispose]())

describe('the nightly job', () => {
  test('says its seed, and that every law held', async () => {
    const { code, stdout, stderr } = await example.run('fuzz:own', { SEED: '1', RUNS: '3' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^SEED=1\nevery law held over 3 histories on PGlite/)
  })

  test('ends with 1 for an operation that breaks a law, with its replay and its database', async () => {
    const { code, stderr } = await example.runChanged(
      'src/operations.ts',
      'await archive(database, params)',
      "await archive(database, { ...params, now: '2020-01-01T00:00:00Z' })",
      { script: 'fuzz:own', env: { SEED: '1', RUNS: '50' } },
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Law \d+, /)
    expect(stderr).toMatch(/^Replay it: /m)
    const [, image] = /^Its database: +npx driftpin open (\S+)$/m.exec(stderr)!
    expect(existsSync(join(example.folder, image!))).toBe(true)
  })

  test('has a workflow whose lines are scripts of the package', async () => {
    const workflow = parse(await readFile(join(example.folder, 'nightly.yml'), 'utf8'))
    const { scripts } = JSON.parse(await readFile(join(example.folder, 'package.json'), 'utf8'))
    const lines: string[] = workflow.jobs.fuzz.steps.flatMap(
      ({ run }: { run?: string }) => run ?? [],
    )
    expect(lines).toEqual(['npm install', ...Object.keys(scripts).map((name) => `npm run ${name}`)])
  })
})

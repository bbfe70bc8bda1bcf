import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FixtureProject, openFixtureProject, type SuiteRun } from './fixture-project.js'

let project: FixtureProject
let run: SuiteRun

beforeAll(async () => {
  project = await openFixtureProject()
  run = await project.vitest(['alone', 'seeds', 'rollback'])
})

afterAll(() => project?.close())

const failed = () => statusesOf(run).filter(([, status]) => status === 'failed')

function statusesOf({ outcomes }: SuiteRun): [name: string, status: string][] {
  return Object.entries(outcomes).map(([name, { status }]) => [name, status])
}

/** The outcome of the only test whose name has these words. */
function outcomeOf(words: string, of = run) {
  const found = Object.entries(of.outcomes).filter(([name]) => name.includes(words))
  expect(found.map(([name]) => name)).toHaveLength(1)
  return found[0]![1]
}

describe('tests with a database', () => {
  test('pass and fail as they should, and one is skipped', () => {
    expect(Object.keys(run.outcomes).length).toBeGreaterThan(33)
    const planted = /FAILS|seed.* fails a test|and the next$/
    expect(failed().filter(([name]) => !planted.test(name))).toEqual([])
    expect(statusesOf(run).filter(([name]) => planted.test(name))).toEqual(failed())
    expect(outcomeOf('a skipped test').status).toBe('skipped')
  })

  test('fail when their time runs out, and no later than the rewind gives up', () => {
    for (const words of ['in a statement that is slow', 'waits for what never comes']) {
      expect(run.stderr).toMatch(new RegExp(`FAIL.*${words}\\nError: Test timed out in 100ms`))
      expect(outcomeOf(words).duration).toBeLessThan(20_000)
    }
  })

  test('go the same way in one worker for all files', async () => {
    const shared = await project.vitest(['alone', 'pair-one'], ['--no-isolate', '--maxWorkers=1'])
    const isolated = statusesOf(run).filter(([name]) => name in shared.outcomes)
    expect(isolated.length).toBeGreaterThan(20)
    expect(Object.fromEntries(statusesOf(shared))).toEqual({
      ...Object.fromEntries(isolated),
      'one has its own database while two runs': 'passed',
    })
  })

  test('are refused in threads, unless they allow it', async () => {
    const threads = await project.vitest(['threads'], ['--pool=threads'])
    const refused = outcomeOf('is refused', threads)
    expect(refused.status).toBe('failed')
    expect(refused.why).toContain("run in vitest's threads pool, in which PGlite has crashed V8")
    expect(refused.why).toContain("Set pool: 'forks' in vitest.config.ts")
    expect(outcomeOf('is allowed', threads).status).toBe('passed')
  })
})

describe('a seed', () => {
  test.each([
    ['a seed that throws', 'the sails are missing'],
    ['and the next', 'the sails are missing'],
    ['a seed that leaves a transaction open', 'it left a transaction open; commit it'],
    ['a seed file that is not there', 'nowhere.sql cannot be read: ENOENT'],
  ])('fails each test with the reason: %s', (words, reason) => {
    expect(outcomeOf(words).why).toContain('DriftpinError: The ')
    expect(outcomeOf(words).why).toContain(reason)
  })
})

describe('a transaction around a test', () => {
  test('cannot be gone on with after a statement failed in it', () => {
    expect(outcomeOf('after a statement that fails').why).toContain('transaction is aborted')
  })

  test('fails with the error of an engine that crashes in it, and costs no other test', () => {
    const { status, why } = outcomeOf('by a crash of the engine')
    expect(why).toMatch(/^DriftpinError: The embedded PostgreSQL .* Its answers are not reliable/)
    expect(status).toBe('failed')
    expect(outcomeOf('an engine that works').status).toBe('passed')
    expect(outcomeOf('and so has the one after that').status).toBe('passed')
  })

  test('cannot be committed by the test', () => {
    expect(outcomeOf('having committed').why).toContain('COMMIT was not run')
  })
})

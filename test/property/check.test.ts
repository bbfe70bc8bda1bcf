import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Attempt, type CheckOptions, check, type Subject } from '../../src/laws/check.js'
import { optionsOfOther } from '../../src/laws/check-histories.js'
import type { Environment } from '../../src/laws/environment.js'
import { settingOf } from '../../src/laws/history-runner.js'
import { ownOperations } from '../../src/laws/own-operations.js'

/** Numbers of which those from ten on fail, as if they were histories; `attempts` is what ran. */
function numbers(attempt: (one: number) => Attempt = ordinary) {
  const attempts: number[] = []
  const subject: Subject<number, Attempt> = {
    ...{ engine: 'none', cases: fc.noBias(fc.nat(1000)), coverage: new Map() },
    counts: { commands: 0, laws: 0 },
    async attempt(one) {
      attempts.push(one)
      return attempt(one)
    },
    tell: () => ({ history: [], named: (text) => text }),
    replay: ({ path }) => `path ${path}`,
    keep: async () => `number ${attempts.at(-1)}`,
  }
  const run = (options: CheckOptions = {}) => check({ seed: 1, ...options }, subject)
  return { attempts, run }
}

const ordinary = (one: number): Attempt => (one < 10 ? {} : { error: new Error(`${one} fails`) })

const bug = new Error('a bug')
const fails = () => {
  throw bug
}

test('a failure is shrunk, run once more, and kept', async () => {
  const { attempts, run } = numbers()
  const { failure, shrinks } = await run()
  expect(failure).toMatchObject({ law: undefined, kept: 'number 10' })
  expect(failure!.findings[0]!.what).toContain('10 fails')
  expect(attempts.slice(0, -1)).toContain(10)
  expect(shrinks).toBeGreaterThan(0)
})

test('an error of an attempt itself is thrown, and nothing is shrunk', async () => {
  const { attempts, run } = numbers(fails)
  await expect(run()).rejects.toBe(bug)
  expect(attempts).toHaveLength(1)
})

test.each([0, 1])('an error of onProgress is thrown after %i attempts to shrink', async (after) => {
  const { run } = numbers()
  const onProgress = ({ shrinks }: { readonly shrinks: number }) => {
    if (shrinks === after) fails()
  }
  await expect(run({ onProgress })).rejects.toBe(bug)
})

test('nothing runs once the signal is aborted', async () => {
  const { attempts, run } = numbers()
  expect(await run({ signal: AbortSignal.abort() })).toMatchObject({ runs: 0, failure: undefined })
  expect(attempts).toEqual([])
})

/** Aborts a run after its first attempt that meets a condition. */
async function abortedAfter(isIt: (one: number) => boolean) {
  const { attempts, run } = numbers()
  const abort = new AbortController()
  const onProgress = () => {
    if (attempts.some((one) => one >= 10) && isIt(attempts.at(-1)!)) abort.abort()
  }
  const { failure } = await run({ signal: abort.signal, onProgress })
  return { failure: failure!, attempts }
}

test('a failure is not run again once the signal is aborted', async () => {
  const { failure, attempts } = await abortedAfter((one) => one >= 10)
  expect(attempts.filter((one) => one >= 10)).toHaveLength(1)
  expect(failure.kept).toBe(`number ${attempts.at(-1)}`)
  expect(failure.findings).toHaveLength(1)
  expect(failure.findings[0]!.what).toContain(`${attempts.at(-1)} fails`)
})

test('a failure whose database another attempt has replaced is not said to be kept', async () => {
  const { failure, attempts } = await abortedAfter((one) => one < 10)
  expect(attempts.at(-1)).toBeLessThan(10)
  expect(failure.kept).toContain('not kept')
})

test('no attempt begins after the time limit, unless it shrinks a failure', async () => {
  const late = numbers()
  expect(await late.run({ timeLimitMs: 0 })).toMatchObject({ runs: 0, failure: undefined })
  expect(late.attempts).toEqual([])
  const slow = numbers((one) => {
    const until = performance.now() + 20
    while (performance.now() < until);
    return ordinary(one)
  })
  const { failure } = await slow.run({ timeLimitMs: 10, shrinksMax: 5 })
  expect(failure).toBeDefined()
  expect(slow.attempts.length).toBeGreaterThan(2)
})

const prepare = async () => {}
const none = { operations: { purge: undefined }, prepare: undefined }

test('an operation that is undefined is the one of driftpin', () => {
  const { operations } = settingOf({} as Environment, none)
  expect(operations.purge).toBe(ownOperations.purge)
})

test('an option of the other engine that is undefined is the one of the first', () => {
  const purge = async () => ({ purged: [] })
  const other = optionsOfOther({ against: none, operations: { purge }, prepare })
  expect(other).toMatchObject({ operations: { purge }, prepare })
})

import { expect, test } from 'vitest'
import type { Isolation } from '../../src/harness/harness-options.js'
import { createStatistics } from '../../src/harness/statistics.js'
import type { TestDatabase } from '../../src/harness/test-database.js'
import { type BegunTest, WorkerDatabases } from '../../src/harness/worker-databases.js'

/** Databases without content, numbered as they are opened. One of the steps can fail once. */
function openNumbers(failing: { open?: number; start?: number; reuse?: number } = {}) {
  const closed: number[] = []
  const numbers = new Map<unknown, number>()
  let opened = 0
  const harness = {
    statistics: createStatistics(),
    async createDatabase() {
      opened += 1
      const number = opened
      if (number === failing.open) throw new Error('no room')
      const db = { close: async () => void closed.push(number) } as TestDatabase
      numbers.set(db, number)
      return db
    },
  }
  const databases = new WorkerDatabases(harness, 'fail', {
    canShare: (isolation) => isolation !== 'fork',
    async start(db) {
      if (numbers.get(db) === failing.start) throw new Error('not ready')
      const finish: BegunTest['finish'] = async ({ hasFailed }) => ({
        left: [],
        where: undefined,
        isClean: !hasFailed,
      })
      return { db, finish }
    },
    async reuse(db, isClean) {
      if (numbers.get(db) === failing.reuse) throw new Error('not clean')
      return isClean
    },
    close: async () => {},
  })
  const begin = async (isolation: Isolation) => {
    const { db, end } = await databases.begin(isolation)
    return { db: numbers.get(db), end }
  }
  return { begin, closed }
}

const passed = { name: 'a test', hasFailed: false }

test('tests that run one after another share a database until it is not clean', async () => {
  const { begin, closed } = openNumbers()
  for (const hasFailed of [false, false, true, false]) {
    const { end } = await begin('rewind')
    await end({ ...passed, hasFailed })
  }
  expect(closed).toEqual([1])
  expect((await begin('rewind')).db).toBe(2)
})

test('a test that runs meanwhile, or wants its own, has a database that is closed after it', async () => {
  const { begin, closed } = openNumbers()
  const first = await begin('rewind')
  const [meanwhile, own] = [await begin('rewind'), await begin('fork')]
  expect([first, meanwhile, own].map(({ db }) => db)).toEqual([1, 2, 3])
  for (const one of [meanwhile, own]) await one.end(passed)
  expect((await begin('rewind')).db).toBe(4)
  await first.end(passed)
  expect((await begin('rewind')).db).toBe(1)
  expect(closed).toEqual([2, 3])
})

test.each([
  [{ open: 1 }, []],
  [{ start: 1 }, [1]],
] as const)(
  'a test that cannot begin (%o) does not keep the next from beginning',
  async (failing, left) => {
    const { begin, closed } = openNumbers(failing)
    await expect(begin('rewind')).rejects.toThrow(/no room|not ready/)
    const next = await begin('rewind')
    await next.end(passed)
    expect((await begin('rewind')).db).toBe(next.db)
    expect(closed).toEqual(left)
  },
)

test('a database that cannot be used again is closed, and the next test has another', async () => {
  const { begin, closed } = openNumbers({ reuse: 1 })
  const { end } = await begin('rewind')
  await expect(end(passed)).rejects.toThrow('not clean')
  expect(closed).toEqual([1])
  expect((await begin('rewind')).db).toBe(2)
})

import { expect, test } from 'vitest'
import { WorkerDatabases } from '../../src/harness/worker-databases.js'

/** Numbers as databases, counted up as they are opened. One of the steps can fail once. */
function openNumbers(failing: { open?: number; start?: number; reuse?: number } = {}) {
  const closed: number[] = []
  let opened = 0
  const databases = new WorkerDatabases('fail', {
    async open() {
      opened += 1
      if (opened === failing.open) throw new Error('no room')
      return opened
    },
    canShare: (isolation) => isolation !== 'fork',
    async start(one: number) {
      if (one === failing.start) throw new Error('not ready')
      return { db: one }
    },
    finish: async (_, { hasFailed }) => ({ left: [], where: undefined, isClean: !hasFailed }),
    async reuse(one, isClean) {
      if (one === failing.reuse) throw new Error('not clean')
      return isClean
    },
    async close(one) {
      closed.push(one)
    },
  })
  return { begin: databases.begin.bind(databases), closed }
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

import { expect, test } from 'vitest'
import { WorkerDatabases } from '../../src/harness/worker-databases.js'

/** Numbers as databases, counted up as they are opened. One of the ways can fail once. */
function openNumbers(failing: { open?: number; start?: number; reuse?: number } = {}) {
  const closed: number[] = []
  let opened = 0
  const databases = new WorkerDatabases<number>({
    async open() {
      opened += 1
      if (opened === failing.open) throw new Error('no room')
      return opened
    },
    async reuse(one, isClean) {
      if (one === failing.reuse) throw new Error('not clean')
      return isClean
    },
    async close(one) {
      closed.push(one)
    },
  })
  const take = (wantsOwn: boolean) =>
    databases.take(wantsOwn, async (one) => {
      if (one === failing.start) throw new Error('not ready')
    })
  return { take, giveBack: databases.giveBack.bind(databases), closed }
}

test('tests that run one after another share a database until it is not clean', async () => {
  const { take, giveBack, closed } = openNumbers()
  for (const isClean of [true, true, false, true]) {
    await giveBack(await take(false), isClean)
  }
  expect(closed).toEqual([1])
  expect((await take(false)).opened).toBe(2)
})

test('a test that runs meanwhile, or wants its own, has a database that is closed after it', async () => {
  const { take, giveBack, closed } = openNumbers()
  const first = await take(false)
  const [meanwhile, own] = [await take(false), await take(true)]
  expect([first, meanwhile, own].map(({ opened }) => opened)).toEqual([1, 2, 3])
  for (const one of [meanwhile, own]) await giveBack(one, true)
  expect((await take(false)).opened).toBe(4)
  await giveBack(first, true)
  expect((await take(false)).opened).toBe(1)
  expect(closed).toEqual([2, 3])
})

test.each([
  [{ open: 1 }, []],
  [{ start: 1 }, [1]],
] as const)(
  'a test that cannot begin (%o) does not keep the next from beginning',
  async (failing, left) => {
    const { take, giveBack, closed } = openNumbers(failing)
    await expect(take(false)).rejects.toThrow(/no room|not ready/)
    const next = await take(false)
    await giveBack(next, true)
    expect((await take(false)).opened).toBe(next.opened)
    expect(closed).toEqual(left)
  },
)

test('a database that cannot be used again is closed, and the next test has another', async () => {
  const { take, giveBack, closed } = openNumbers({ reuse: 1 })
  await expect(giveBack(await take(false), true)).rejects.toThrow('not clean')
  expect(closed).toEqual([1])
  expect((await take(false)).opened).toBe(2)
})

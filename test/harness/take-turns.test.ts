import { expect, test } from 'vitest'
import { takeTurns } from '../../src/harness/take-turns.js'

/** Numbers that are opened one after the other, of which some ways fail once. */
function useTurns(failing: { open?: number; prepare?: number; reuse?: number } = {}) {
  const closed: number[] = []
  let opened = 0
  const turns = takeTurns<number>({
    async open() {
      opened += 1
      if (opened === failing.open) throw new Error('no room')
      return opened
    },
    async prepare(one) {
      if (one === failing.prepare) throw new Error('not ready')
    },
    async reuse(one, isClean) {
      if (one === failing.reuse) throw new Error('not clean')
      return isClean
    },
    async close(one) {
      closed.push(one)
    },
  })
  return { turns, closed }
}

test('one is shared by those that come one after the other, until it is not clean', async () => {
  const { turns, closed } = useTurns()
  for (const isClean of [true, true, false, true]) {
    await turns.giveBack(await turns.take(false), isClean)
  }
  expect(closed).toEqual([1])
  expect((await turns.take(false)).opened).toBe(2)
})

test('who comes meanwhile, or wants one of its own, has one that is closed', async () => {
  const { turns, closed } = useTurns()
  const first = await turns.take(false)
  const [meanwhile, own] = [await turns.take(false), await turns.take(true)]
  expect([first, meanwhile, own].map(({ opened }) => opened)).toEqual([1, 2, 3])
  for (const one of [meanwhile, own]) await turns.giveBack(one, true)
  expect((await turns.take(false)).opened).toBe(4)
  await turns.giveBack(first, true)
  expect((await turns.take(false)).opened).toBe(1)
  expect(closed).toEqual([2, 3])
})

test.each([
  [{ open: 1 }, []],
  [{ prepare: 1 }, [1]],
] as const)("what cannot be taken (%o) is in nobody's way", async (failing, left) => {
  const { turns, closed } = useTurns(failing)
  await expect(turns.take(false)).rejects.toThrow(/no room|not ready/)
  const next = await turns.take(false)
  await turns.giveBack(next, true)
  expect((await turns.take(false)).opened).toBe(next.opened)
  expect(closed).toEqual(left)
})

test('what cannot be used again is closed, and the next has another', async () => {
  const { turns, closed } = useTurns({ reuse: 1 })
  await expect(turns.giveBack(await turns.take(false), true)).rejects.toThrow('not clean')
  expect(closed).toEqual([1])
  expect((await turns.take(false)).opened).toBe(2)
})

test('a beginning that fails gives its one back', async () => {
  const { turns, closed } = useTurns()
  const begin = async () => {
    throw new Error('no transaction')
  }
  await expect(turns.orGiveBack(await turns.take(false), begin)).rejects.toThrow('no transaction')
  expect(closed).toEqual([1])
  expect((await turns.take(false)).opened).toBe(2)
})

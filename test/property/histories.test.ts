import { expect, test } from 'vitest'
import { assertHistories } from '../../src/laws/index.js'
import { allOperations } from '../../src/laws/operations/index.js'
import { ordinaryRun } from './ordinary-run.js'

test('every law holds over random histories', async () => {
  const { runs, coverage } = await assertHistories(ordinaryRun)
  expect(runs).toBe(ordinaryRun.runs)
  // A command that never has anything to do would prove nothing.
  const idle = allOperations.filter(({ name }) => !coverage.get(name)?.done).map(({ name }) => name)
  expect(idle).toEqual([])
})

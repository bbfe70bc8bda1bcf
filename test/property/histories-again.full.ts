import { expect, test } from 'vitest'
import { assertHistories } from '../../src/laws/index.js'

test('a history that is run again leaves the same database', async () => {
  const { runs } = await assertHistories({ seed: 7, runs: 5, commandsMax: 15, doublecheck: true })
  expect(runs).toBe(5)
})

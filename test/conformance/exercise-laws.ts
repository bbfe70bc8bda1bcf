import { expect } from 'vitest'
import { assertHistories } from '../../src/laws/index.js'
import type { ConformanceEngine } from './engine.js'

/** Random histories against the model, with every law held: a short run of what fuzzing does. */
export async function exerciseLaws({ histories }: ConformanceEngine): Promise<void> {
  const runs = process.env.DRIFTPIN_FULL ? 2 : 1
  const report = await assertHistories({ ...histories, seed: 20261126, runs })
  expect(report).toMatchObject({ runs, failure: undefined })
}

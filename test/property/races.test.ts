import { describe, expect, test } from 'vitest'
import {
  assertInterleavings,
  checkInterleavings,
} from '../../src/laws/races/check-interleavings.js'
import { expectCaught } from './race-caught.js'
import { raceDefects } from './race-defects.js'
import { useRaceServer } from './race-server.js'

describe('races on PostgreSQL 18', () => {
  const server = useRaceServer(18)

  test('the laws hold however the statements of several connections fall', async () => {
    const report = await assertInterleavings({ server: server.url, seed: 18, runs: 15 })
    expect(report).toMatchObject({ runs: 15, failure: undefined })
    expect(await server.schemas()).toEqual([])
  })

  test.each(raceDefects)('$name is found', async (defect) => {
    await expectCaught(server, defect, { seed: 5, runs: 15, shrinksMax: 0 })
  })
})

test.each([
  [{ runs: 0 }, /runs is 0/],
  [{ sessionsMax: 1 }, /sessionsMax is 1/],
  [{ operationsMax: 0.5 }, /operationsMax is 0.5/],
  [{ seed: Number.NaN }, /seed is NaN/],
  [{ path: '3:1' }, /A path needs the seed/],
  [{ seed: 1, path: 'session 1' }, /is not the path of a report/],
])('%j is refused before a connection is opened', async (options, message) => {
  const refused = checkInterleavings({ server: 'postgresql://nobody@127.0.0.1:1/none', ...options })
  await expect(refused).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(message),
  })
})

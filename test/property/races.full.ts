import { describe, expect, test } from 'vitest'
import { renderFailure } from '../../src/laws/index.js'
import { allOperations } from '../../src/laws/operations/index.js'
import { assertInterleavings } from '../../src/laws/races/check-interleavings.js'
import { expectCaught } from './race-caught.js'
import { furtherDefects, raceDefects } from './race-defects.js'
import { useRaceServer } from './race-server.js'

const seed = 20261123

describe.each([14, 18] as const)('races on PostgreSQL %i', (major) => {
  const server = useRaceServer(major)

  test('the laws hold in hundreds of orders', async () => {
    const report = await assertInterleavings({
      server: server.url,
      seed,
      runs: 300,
      sessionsMax: 3,
    })
    expect(report.runs).toBe(300)
    const idle = [...report.coverage].filter(([, { done, refused }]) => done === refused)
    expect(idle).toEqual([])
    const racing = allOperations.filter(({ race }) => race).map(({ name }) => name)
    expect([...report.coverage.keys()].sort()).toEqual(racing.sort())
    expect(await server.schemas()).toEqual([])
  })

  test.each([...raceDefects, ...furtherDefects])('$name is found', async (defect) => {
    await expectCaught(server, defect, { seed, runs: 300, shrinksMax: 0 })
  })

  test('a failure is shrunk to what breaks the law, and is replayed by seed and path', async () => {
    const defect = raceDefects.find(({ name }) => name === 'a refresh in two transactions')!
    const options = { seed, runs: 300, sessionsMax: 3, operationsMax: 5 }
    const failure = await expectCaught(server, defect, options)
    expect(failure.history.length).toBeLessThanOrEqual(3)
    expect(failure.history.join('\n')).toMatch(/refresh chat/)
    const { path } = failure
    const replayed = await expectCaught(server, defect, { ...options, path })
    expect(replayed).toEqual({ ...failure, kept: replayed.kept })
    expect(renderFailure(replayed)).toMatch(/^Law 15, Atomicity: /)
  })
})

import { describe, expect, test } from 'vitest'
import { useRaceServer } from '../property/race-server.js'
import { terminating } from './disturbances.js'
import { runSoak } from './run-soak.js'

describe('sixteen connections at once, on PostgreSQL 18', () => {
  const server = useRaceServer(18)

  test('leave what was acknowledged and nothing else, and never wait for each other', async () => {
    const report = await runSoak({ url: server.url, seed: 1, operations: 900 })
    expect(report).toMatchObject({ operations: 900, escapedDeadlocks: 0, serverDeadlocks: 0 })
    expect(report.unknown).toBe(0)
    expect(report.looks).toBeGreaterThan(0)
  })

  test('leave all or nothing of what was going on when a session was ended', async () => {
    const disturbances = [terminating(7)]
    const report = await runSoak({ url: server.url, seed: 2, operations: 300, disturbances })
    expect(report).toMatchObject({ operations: 300, escapedDeadlocks: 0 })
    expect(report.disturbances.terminate).toBeGreaterThan(0)
  })
})

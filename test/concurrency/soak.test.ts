import { expect, it } from 'vitest'
import { useRaceServer } from '../property/race-server.js'
import { runSoak } from './run-soak.js'

const server = useRaceServer(18)

it('a thousand operations on sixteen connections leave what was acknowledged, and only that', async () => {
  const report = await runSoak({ url: server.url, seed: 1, operations: 1000 })
  expect(report.operations).toBe(1000)
  expect(report.unknown).toBe(0)
})

import { describe, expect, test } from 'vitest'
import { useRaceServer } from '../property/race-server.js'
import { startRealServer } from '../support/real-server.js'
import { cancelling, cutting, restarting, stalling, terminating } from './disturbances.js'
import { openFlakyNetwork } from './open-flaky-network.js'
import { runSoak, type SoakOptions } from './run-soak.js'

describe.each([14, 18] as const)('sixteen connections at once, on PostgreSQL %i', (major) => {
  const server = useRaceServer(major)

  /** All that must not be makes it throw; what it says besides is of deadlocks. */
  async function soak(options: SoakOptions) {
    const report = await runSoak(options)
    const { operations } = options
    expect(report).toMatchObject({ operations, escapedDeadlocks: 0, serverDeadlocks: 0 })
    expect(report.looks).toBeGreaterThan(0)
    for (const { name } of options.disturbances ?? []) {
      expect(report.disturbances[name], name).toBeGreaterThan(0)
    }
    return report
  }

  test.each([11, 12, 13])('leave what was acknowledged and nothing else, seed %i', async (seed) => {
    const report = await soak({ url: server.url, seed, operations: 4000 })
    expect(report.unknown).toBe(0)
    for (const [name, { done }] of Object.entries(report.steps)) {
      expect(done, name).toBeGreaterThan(0)
    }
  })

  test.each([21, 22])(
    'lose nothing to sessions and statements that are ended, seed %i',
    async (seed) => {
      const disturbances = [terminating(5), cancelling(3)]
      const report = await soak({ url: server.url, seed, operations: 3000, disturbances })
      expect(report.unknown).toBeGreaterThan(0)
    },
  )

  test.each([31, 32])('lose nothing to a network that fails, seed %i', async (seed) => {
    await using network = await openFlakyNetwork(server.url)
    const disturbances = [cutting(network, 5), stalling(network, 150)]
    const urls = { url: network.url, directUrl: server.url }
    const report = await soak({ ...urls, seed, operations: 3000, disturbances })
    expect(report.unknown).toBeGreaterThan(0)
  })

  test('lose nothing to restarts and crashes of the server, and to all of it at once', async () => {
    await using durable = await startRealServer(major, { durable: true })
    await using network = await openFlakyNetwork(durable.url)
    const restarts = [restarting(durable, 250)]
    const report = await soak({
      ...{ url: durable.url, seed: 41, operations: 2000 },
      disturbances: restarts,
    })
    expect(report.unknown).toBeGreaterThan(0)
    await soak({
      ...{ url: network.url, directUrl: durable.url, seed: 42, operations: 3000 },
      disturbances: [
        ...[...restarts, terminating(9), cancelling(7)],
        ...[cutting(network, 11), stalling(network, 300)],
      ],
    })
  })
})

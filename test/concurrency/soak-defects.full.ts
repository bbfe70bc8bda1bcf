import { describe, expect, test } from 'vitest'
import { furtherDefects } from '../property/race-defects.js'
import { useRaceServer } from '../property/race-server.js'
import { startRealServer } from '../support/real-server.js'
import { restarting } from './disturbances.js'
import { runSoak } from './run-soak.js'
import { SoakBroken } from './soak-broken.js'
import { soakDefects } from './soak-defects.js'

/** So many find nearly each of them with every seed, and they end with the first fault. */
const operations = 2000

describe('a soak finds what is wrong', () => {
  const server = useRaceServer(18)

  test.each(soakDefects)('$name', async ({ replaced, says, seeds = 1 }) => {
    let found: unknown
    let seed = 0
    while (!found && seed < seeds) {
      seed += 1
      found = await runSoak({ url: server.url, seed, operations, replaced }).then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    expect(found).toBeInstanceOf(SoakBroken)
    const { message } = found as SoakBroken
    expect(message).toMatch(says)
    // Whoever reads it can do the same again, and look at what was left.
    expect(message).toContain(`seed ${seed}, 2000 operations, kept in schema "soak ${seed} `)
  })

  test('locks that are taken in another order', async () => {
    const { operations: replaced } = furtherDefects.find(({ name }) =>
      name.startsWith('a refresh that locks its chat before its agent'),
    )!
    const report = await runSoak({ url: server.url, seed: 1, operations, replaced: replaced! })
    expect(report.escapedDeadlocks).toBeGreaterThan(0)
    expect(report.serverDeadlocks).toBeGreaterThan(0)
  })

  test('a server that acknowledges what a crash takes from it', async () => {
    await using fleeting = await startRealServer(18)
    const disturbances = [restarting(fleeting, 200)]
    const running = runSoak({ url: fleeting.url, seed: 1, operations, disturbances })
    await expect(running).rejects.toThrow(/is missing|is there, and was removed|0 of \d messages/)
  })
})

import { describe, expect, test } from 'vitest'
import { assertHistories } from '../../src/laws/index.js'
import { useRaceServer } from './race-server.js'

describe.each([14, 18] as const)('histories on PostgreSQL %i', (major) => {
  const server = useRaceServer(major)

  test('hold the laws a hundred times, and leave nothing', async () => {
    const report = await assertHistories({ server: server.url, seed: 20261123, runs: 100 })
    expect(report).toMatchObject({ runs: 100, failure: undefined })
    expect(report.engine).toMatch(new RegExp(`^PostgreSQL ${major}\\.`))
    expect(await server.schemas()).toEqual([])
  })
})

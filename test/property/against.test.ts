import { describe, expect, test } from 'vitest'
import { assertHistories } from '../../src/laws/index.js'
import { useRaceServer } from './race-server.js'

/** The full run has a hundred of fifty commands. */
const few = { runs: 1, commandsMax: 30 }

describe('the same histories on two engines', () => {
  const oldest = useRaceServer(14)
  const newest = useRaceServer(18)

  test('go the same way on PGlite and on PostgreSQL 14', async () => {
    const report = await assertHistories({ against: oldest.url, seed: 14, ...few })
    expect(report).toMatchObject({ runs: few.runs, failure: undefined })
    expect(report.engine).toMatch(/^PGlite .* and PostgreSQL 14\./)
    expect(await oldest.schemas()).toEqual([])
  })

  test('go the same way on PostgreSQL 14 and 18', async () => {
    const server = oldest.url
    const report = await assertHistories({ server, against: newest.url, seed: 18, ...few })
    expect(report).toMatchObject({ runs: few.runs, failure: undefined })
    expect([...(await oldest.schemas()), ...(await newest.schemas())]).toEqual([])
  })
})

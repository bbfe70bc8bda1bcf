import { describe, expect, test } from 'vitest'
import { refresh } from '../../src/index.js'
import { assertHistories, checkHistories, renderFailure } from '../../src/laws/index.js'
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

  test('are told apart where an operation answers something else on one of them', async () => {
    const { failure } = await checkHistories({
      against: {
        server: newest.url,
        operations: {
          refresh: async (queryable, params) => {
            const answer = await refresh(queryable, params)
            return { ...answer, added: answer.added + 1 }
          },
        },
      },
      ...{ seed: 1, runs: 10, commandsMax: 20, shrinksMax: 3 },
    })
    expect(failure?.law).toMatchObject({ name: 'Sameness' })
    const text = renderFailure(failure!)
    expect(text).toMatch(/the engines\n {2}expected {2}PGlite .*\n {2}actual {4}PostgreSQL 18/)
    expect(text).toMatch(/the answer\n {2}expected .*"added":0.*\n {2}actual .*"added":1/)
    expect(failure?.kept).toMatch(/^npx driftpin open .*\nthe schemas .* of the server$/)
  })
})

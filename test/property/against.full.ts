import { describe, expect, test } from 'vitest'
import { push, refresh } from '../../src/index.js'
import { assertHistories, checkHistories, renderFailure } from '../../src/laws/index.js'
import { useRaceServer } from './race-server.js'

describe('many histories on two engines', () => {
  const oldest = useRaceServer(14)
  const newest = useRaceServer(18)

  test('go the same way on PGlite and on the newest server', async () => {
    const report = await assertHistories({ against: newest.url, seed: 1, runs: 100 })
    expect(report).toMatchObject({ runs: 100, failure: undefined })
  })

  test('go the same way on the oldest server and the newest', async () => {
    const server = oldest.url
    const report = await assertHistories({ server, against: newest.url, seed: 2, runs: 100 })
    expect(report).toMatchObject({ runs: 100, failure: undefined })
  })

  test('are told apart where rows differ by nothing but the microseconds of a time', async () => {
    const { failure } = await checkHistories({
      server: oldest.url,
      against: {
        server: newest.url,
        operations: {
          push: (queryable, { now, ...params }) =>
            push(queryable, { ...params, now: now && String(now).replace(/\d{3}Z$/, '000Z') }),
        },
      },
      ...{ seed: 2, runs: 30, shrinksMax: 60 },
    })
    expect(failure?.law).toMatchObject({ name: 'Sameness' })
    expect(failure?.findings.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^the rows: workspace_agent_context_snapshots agent \d/),
    )
  })

  test('are told apart where the schema of one of them keeps something else', async () => {
    const { failure } = await checkHistories({
      against: {
        server: newest.url,
        prepare: async (database) => {
          await database.script(
            `ALTER TABLE "${database.schema}".chats ALTER title SET DEFAULT 'Another Chat'`,
          )
        },
      },
      ...{ seed: 3, runs: 30, shrinksMax: 60 },
    })
    expect(failure?.law).toMatchObject({ name: 'Sameness' })
    expect(failure?.findings.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^the rows: chats chat \d/),
    )
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

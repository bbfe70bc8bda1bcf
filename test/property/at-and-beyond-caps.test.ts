import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import { createChat, push } from '../../src/index.js'
import { capCases } from '../../src/laws/arbitraries/caps.js'
import { type MadeAgent, makeAgent } from '../context/make-agent.js'
import { refusal } from '../context/refusal.js'
import { runs } from './runs.js'
import { useDatabase } from './use-database.js'

const used = useDatabase('the harness')

/** Those of megabytes take long. */
const longest = ['resourcesMax', 'bodiesBytesMax']
const timesOf = (cap: string) => (longest.includes(cap) ? 2 : 8)

describe('a push', () => {
  test.each(capCases.filter(({ at }) => at))('at $cap is accepted', async ({ cap, at }) => {
    const { database, rewind } = used
    await fc.assert(
      fc
        .asyncProperty(at!, async (report) => {
          const { agentId } = await makeAgent(database)
          expect(await push(database, { agentId, ...report })).toMatchObject({ accepted: true })
          const { rows } = await database.query<{ live: number }>(
            `SELECT count(*)::integer AS live FROM workspace_agent_context_resources
             WHERE workspace_agent_id = $1`,
            [agentId],
          )
          expect(rows).toStrictEqual([{ live: report.resources.length }])
        })
        .beforeEach(rewind),
      runs(timesOf(cap)),
    )
  })

  describe('of too much', () => {
    let agent: MadeAgent
    beforeAll(async () => {
      await used.rewind()
      agent = await makeAgent(used.database)
      const { agentId, ownerId } = agent
      await push(used.database, { agentId, version: 1, resources: [] })
      await createChat(used.database, { ownerId, agentId })
    })

    test.each(capCases)('for $cap is refused and changes nothing', async ({ cap, beyond }) => {
      const { database } = used
      const { agentId } = agent
      const before = await digestRows(database)
      await fc.assert(
        fc.asyncProperty(beyond, async (report) => {
          const { message } = await refusal(
            push(database, { agentId, ...report, initial: true }),
            'invalid_input',
          )
          expect(message).toContain('Nothing was written.')
        }),
        runs(timesOf(cap)),
      )
      // Nothing takes back what one of them wrote.
      expect(await digestRows(database)).toStrictEqual(before)
    })
  })
})

import { describe, expect, test } from 'vitest'
import { assertHistories } from '../../src/laws/index.js'
import {
  findPgDump,
  fromSchemaSql,
  restored,
  restoredBy,
  reversed,
  shuffled,
} from '../support/preparations.js'
import { ordinaryRun } from './ordinary-run.js'
import { useRaceServer } from './race-server.js'

test.each([restored, fromSchemaSql, reversed, ...[2, 3, 4, 5, 6, 7, 8].map(shuffled)])(
  'every law holds over random histories on a database $name',
  async ({ prepare }) => {
    const { runs } = await assertHistories({ ...ordinaryRun, migrations: [], prepare })
    expect(runs).toBe(ordinaryRun.runs)
  },
)

describe.each([14, 18] as const)('histories on PostgreSQL %i', (major) => {
  const server = useRaceServer(major)
  const options = { ...ordinaryRun, server: server.url, migrations: [] }

  test('hold the laws on a database restored from a dump', async ({ skip }) => {
    const program = findPgDump(major)
    if (!program) return skip(`No pg_dump of PostgreSQL ${major} or newer is installed.`)
    const { prepare } = restoredBy(program, () => server.url)
    expect(await assertHistories({ ...options, prepare })).toMatchObject({ failure: undefined })
  })

  test.each([fromSchemaSql, reversed, shuffled(2)])(
    'hold the laws on a database $name',
    async ({ prepare }) => {
      expect(await assertHistories({ ...options, prepare })).toMatchObject({ failure: undefined })
    },
  )
})

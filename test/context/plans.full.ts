import { beforeAll, describe, expect, test } from 'vitest'
import { fillChats } from '../../bench/server/fill-chats.js'
import { createMigrator, type Database } from '../../src/index.js'
import { useEngine } from '../support/engines.js'
import { statements } from './all-statements.js'
import { explainStatements } from './explain-statements.js'

const chats = 50_000

describe('statements on PostgreSQL 18 with many chats', () => {
  const engine = useEngine('PostgreSQL 18')
  let database: Database
  beforeAll(async () => {
    database = engine.database('public')
    await createMigrator(database).up()
    await fillChats(database, 0, chats)
  })

  test('read no table from its beginning to its end, whatever the plan', async () => {
    const explained = await explainStatements(database)
    expect(explained.statements).toStrictEqual(statements.map(({ name }) => name).toSorted())
    expect(explained.scans).toStrictEqual([])
  })

  test('are found when an index is missing', async () => {
    // The table is so wide that without its index nothing but a whole read is left.
    await database.script('DROP INDEX chats_agent_id_idx')
    const { scans } = await explainStatements(database)
    const statement = 'lock unsettled chats of agent'
    expect(scans).toContainEqual({ statement, plan: 'generic', table: 'chats' })
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import * as readStatsModule from '../../src/context/read-stats.js'
import { archive, createChat, type Database, push, readStats, tableNames } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { statementsIn } from './all-statements.js'
import { checkDeclaration } from './check-declaration.js'
import { makeWorld } from './make-world.js'

const none = { count: 0, hydrated: 0, dirty: 0, archived: 0, oldestDirty: null, agentsWithDrift: 0 }

describe.each(engineNames)('the figures of a schema on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('are nought where nothing is, and rows are unknown before they were analyzed', async () => {
    const { tables, chats, ...counts } = await readStats(database, { exact: true })
    expect(tables.map(({ name }) => name)).toEqual(tableNames)
    expect(new Set(tables.map(({ rowsEstimate }) => rowsEstimate))).toEqual(new Set([null]))
    expect(chats).toEqual(none)
    expect(counts).toEqual({ expiredChats: 0, snapshots: 0, snapshotsWithErrors: 0 })
  })

  test('count chats by state, drift, and snapshots with errors', async () => {
    const { agentId, ownerId, next } = await makeWorld(database)
    // Of one agent that has drifted, and one archived while it had: that one is not dirty.
    await createChat(database, { ownerId, agentId: next.agentId })
    const before = '2026-01-02T03:04:05.678Z'
    const failed = { agentId: next.agentId, version: 2, snapshotError: 'half', resources: [] }
    await push(database, { ...failed, now: before })
    const third = await createChat(database, { ownerId, agentId })
    await push(database, { agentId, version: 3, resources: [] })
    await archive(database, { chatId: third.chat.id })
    await createChat(database, { ownerId })
    await database.script(`ANALYZE "${database.schema}".chats`)
    const { tables, chats, ...counts } = await readStats(database, { exact: true })
    expect(chats).toEqual({
      ...{ count: 5, hydrated: 4, dirty: 2, archived: 2, agentsWithDrift: 2 },
      oldestDirty: new Date(before),
    })
    expect(counts).toEqual({ expiredChats: 1, snapshots: 2, snapshotsWithErrors: 1 })
    const table = tables.find(({ name }) => name === 'chats')!
    expect(table.rowsEstimate).toBe(5)
    const { rows } = await database.query<{ total: bigint }>(
      'SELECT pg_total_relation_size($1::regclass) AS total',
      [`"${database.schema}".chats`],
    )
    expect(table.tableBytes + table.indexBytes).toBe(Number(rows[0]!.total))
  })

  test('count nothing as expired that is kept for ever, or is not that old', async () => {
    const expired = async (retentionDays: number) =>
      (await readStats(database, { retentionDays })).expiredChats
    expect([await expired(0), await expired(36500), await expired(1)]).toEqual([0, 0, 1])
    const wrong = readStats(database, { retentionDays: -1 })
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('do not go through the chats unless they are asked for exactly', async () => {
    expect((await readStats(database)).chats).toBeNull()
    await database.transaction(async (transaction) => {
      await transaction.script('SET LOCAL enable_seqscan = off')
      for (const { name, text } of statementsIn(readStatsModule)) {
        if (name === 'count chats by state') continue
        const values = name === 'measure tables' ? [database.schema, tableNames] : [30]
        const { rows } = await transaction.query<Record<string, string>>(
          `EXPLAIN ${text(database.schema)}`,
          values,
        )
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        expect(plan).not.toMatch(/Seq Scan on chats/)
      }
    })
  })

  test('come from statements that are declared with the types they have', async () => {
    await database.withSession(async (session) => {
      for (const declaration of statementsIn(readStatsModule)) {
        expect(await checkDeclaration(session, declaration)).toStrictEqual([])
      }
    })
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCatalog, scopedTables } from '../../src/catalog/index.js'
import { sqlState } from '../../src/database/sql-state.js'
import { bind, type Database, hydrate, type Queryable, unarchive } from '../../src/index.js'
import { rewriting } from '../property/race-defects.js'
import { useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { goodCalls, makeWorld } from './make-world.js'
import { operations } from './operations.js'

/** The tables whose rows are locked one after the other: those of one step in no order. */
async function stepsOf(database: Database): Promise<string[][]> {
  const scoped = scopedTables(await readCatalog(database), 'chats').map(({ name }) => name)
  return [['workspaces'], ['workspace_agents'], ['chats'], scoped]
}

describe.each(['PostgreSQL 14', 'PostgreSQL 18'] as const)('the order of locks on %s', (name) => {
  const engine = useEngine(name)
  let database: Database
  let steps: string[][]
  beforeAll(async () => {
    database = await engine.install()
    steps = await stepsOf(database)
  })

  const isWaited = async () => {
    const { rows } = await database.query(
      `SELECT FROM pg_catalog.pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rows.length > 0
  }

  /**
   * Runs an operation while all rows of a step are locked, and answers the tables of later steps
   * in which it has locked rows by the time that it waits for them. It ends well at last.
   */
  async function lockedEarly(step: number, operation: () => Promise<unknown>): Promise<string[]> {
    const early: string[] = []
    let isOver = false
    let running: Promise<unknown> | undefined
    const lock = (inner: Queryable, table: string, how: string) =>
      inner.query(`SELECT FROM "${database.schema}".${table} FOR UPDATE ${how}`)
    await database.transaction(async (transaction) => {
      for (const table of steps[step]!) await lock(transaction, table, '')
      running = operation().finally(() => {
        isOver = true
      })
      // Whoever reads the error is below.
      running.catch(() => {})
      while (!isOver && !(await isWaited())) await sleep(1)
      if (isOver) return
      for (const table of steps.slice(step + 1).flat()) {
        await transaction
          .transaction((inner) => lock(inner, table, 'NOWAIT'))
          .catch((error) => {
            if (sqlState(error) !== '55P03') throw error
            early.push(table)
          })
      }
    })
    await running
    return early
  }

  test.each([0, 1, 2])(
    'no operation that waits at step %i has locked a later one',
    async (step) => {
      const world = await makeWorld(database)
      const { archivedId: chatId } = world
      // It is dirty by now, so that it is written twice.
      const calls = [['unarchive', { chatId }] as const, ...goodCalls(world)]
      for (const [operation, params] of calls) {
        const run = () => operations[operation](database, params as never)
        expect({ operation, early: await lockedEarly(step, run) }).toEqual({ operation, early: [] })
      }
    },
  )

  test('what is locked too early is found', async () => {
    const { chatId, archivedId } = await makeWorld(database)
    const { agentId } = await makeAgent(database)
    const without = (called: string, clause: string) =>
      rewriting(database, called, (text) => text.replace(clause, ''))
    const toAgent = () =>
      bind(without('lock agent for share', 'FOR KEY SHARE OF w'), {
        chatId,
        agentId,
        sharedWorkspace: true,
      })
    expect(await lockedEarly(0, toAgent)).toContain('workspace_agents')
    const out = () =>
      unarchive(without('lock workspace of chat', 'FOR KEY SHARE OF w'), { chatId: archivedId })
    expect(await lockedEarly(0, out)).toContain('chats')
    const backwards = () =>
      database.transaction(async (transaction) => {
        const chats = `"${database.schema}".chats`
        await transaction.query(`SELECT FROM ${chats} WHERE id = $1 FOR UPDATE`, [chatId])
        await hydrate(transaction, { chatId })
      })
    // A push holds the agent as the step before does.
    expect(await lockedEarly(1, backwards)).toContain('chats')
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { sqlState } from '../../src/database/sql-state.js'
import { type Database, DriftpinError, type Queryable } from '../../src/index.js'
import { plainAnswer } from '../../src/laws/outcome.js'
import { openRowReader } from '../../src/laws/row-reader.js'
import { ledgerName } from '../../src/migrations/ledger.js'
import { goodCalls, makeWorld } from '../context/make-world.js'
import type { OperationName } from '../context/operations.js'
import type { ConformanceEngine } from './engine.js'

/** What came of every call, and what is in every table in the end, a line each. */
export type Answers = readonly string[]

const at = '2026-04-01T12:00:00.000001Z'
const stranger = 'ffffffff-0000-4000-8000-000000000000'

/** The host's own rows have the time of the database, which nobody can give them. */
const hostTables = new Set(['workspaces', 'workspace_builds', 'workspace_agents'])

/**
 * Every operation: with an id and a time of ours, as a stranger, in a transaction of the
 * application that is rolled back, and in one that is committed. The answers are those of the
 * first database; all of them are worked on at once, and have to answer the same.
 *
 * @param databases With the schema in each, and nothing else.
 */
export async function exerciseOperations(
  engine: ConformanceEngine,
  databases: readonly Database[],
): Promise<Answers> {
  const all = await Promise.all(databases.map((database) => answersOf(engine, database)))
  for (const answers of all) expect(answers).toEqual(all[0])
  return all[0]!
}

async function answersOf(engine: ConformanceEngine, database: Database): Promise<Answers> {
  const { api, inTransaction } = engine
  const { schema } = database
  const newId = createIds()
  const answers: string[] = []
  const channel = api.notificationChannel(schema)
  const heard: string[] = []
  const stop = await api.watchChats(database, {}, (one) => heard.push(JSON.stringify(one)))

  const tell = async (queryable: Queryable, name: OperationName, params: object) => {
    const call = api[name] as (queryable: Queryable, params: object) => Promise<unknown>
    const answered = call(queryable, params)
    const answer = await answered.then(plainAnswer, refusalOf)
    answers.push(`${name} ${answer}`)
    const value = await answered.catch(() => null)
    expect(whatIsNotPlain(value), `of ${name}`).toEqual([])
  }
  const world = await makeWorld(database, { newId, now: at })
  for (const [name, params] of goodCalls(world, newId)) {
    if ('ownerId' in params && 'chatId' in params) {
      await tell(database, name, { ...params, ownerId: stranger })
    }
    await tell(database, name, params)
  }
  const inside = await makeWorld(database, { newId, now: at })
  const calls = goodCalls(inside, newId)
  const callAll = async (transaction: Queryable) => {
    for (const [name, params] of calls) await tell(transaction, name, params)
  }
  const before = await rowsOf(database)
  const halfWay = new Error('half way')
  const failing = inTransaction(schema, async (transaction) => {
    await callAll(transaction)
    throw halfWay
  })
  await expect(failing).rejects.toBe(halfWay)
  expect(await rowsOf(database)).toEqual(before)
  await inTransaction(schema, callAll)

  const over = JSON.stringify({ event: 'over', chatId: stranger, ownerId: stranger })
  await database.query('SELECT pg_catalog.pg_notify($1, $2)', [channel, over])
  for (let waits = 0; !heard.includes(over) && waits < 5000; waits += 1) await sleep(1)
  await stop()
  expect(heard.at(-1)).toBe(over)
  return [...answers, ...heard, ...(await rowsOf(database)), await hashOf(engine)]
}

/** What of a value JSON or `structuredClone` would change or refuse; JSON has no dates. */
function whatIsNotPlain(value: unknown): unknown[] {
  if (value === null || value === undefined || value instanceof Date) return []
  if (typeof value !== 'object') {
    return ['string', 'boolean'].includes(typeof value) || Number.isFinite(value) ? [] : [value]
  }
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
  return isPlain ? Object.values(value).flatMap(whatIsNotPlain) : [value]
}

/** What was pushed has the hash that anybody can make of it. */
async function hashOf({ api }: ConformanceEngine): Promise<string> {
  return await api.aggregateHash(await api.kindHashes([]))
}

const refusalOf = (error: unknown): string => {
  const code = error instanceof DriftpinError ? error.code : sqlState(error)
  if (code === undefined) throw error
  return `refused: ${code}`
}

/** Ids that are the same in every database. */
function createIds(): () => string {
  let count = 0
  return () => {
    count += 1
    return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`
  }
}

async function rowsOf(database: Database): Promise<string[]> {
  const reader = await openRowReader(database, { except: [ledgerName], prepared: false })
  return [...(await reader.read(database))].flatMap(([table, rows]) =>
    [...rows.values()]
      .map(({ values }) => {
        const { created_at: _, ...rest } = values
        return `${table} ${JSON.stringify(hostTables.has(table) ? rest : values)}`
      })
      .sort(),
  )
}

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Database, fromPg } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

const accused = { name: 'DriftpinError', code: 'waits_for_itself' }

interface Single {
  readonly name: string
  open(): Promise<{ first: Database; second: Database; close(): Promise<void> }>
}

const serverUrl = () => inject('servers').at(-1)!.url

const engines = engineNames.map(useEngine)
const [pglite] = engines

/** Everything that has one connection only, each with two adapters of the same client. */
const singles: Single[] = [
  {
    name: 'a PGlite',
    async open() {
      const [first, second] = [pglite!.database('public'), pglite!.database('other')]
      return { first, second, close: async () => {} }
    },
  },
  {
    name: 'a single client',
    async open() {
      const client = new pg.Client({ connectionString: serverUrl() })
      await client.connect()
      const [first, second] = [fromPg(client), fromPg(client, { schema: 'other' })]
      return { first, second, close: () => client.end() }
    },
  },
  {
    name: 'a pool with max 1',
    async open() {
      const pool = new pg.Pool({ connectionString: serverUrl(), max: 1 })
      const [first, second] = [fromPg(pool), fromPg(pool, { schema: 'other' })]
      return { first, second, close: () => pool.end() }
    },
  },
]

describe.each(singles)('waiting for itself on $name', ({ open }) => {
  let opened: Awaited<ReturnType<Single['open']>>
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('the outer database inside a transaction is refused in every way', async () => {
    const { first: database, second } = opened
    const uses: (() => Promise<unknown>)[] = [
      () => database.query('SELECT 1'),
      () => database.script('SELECT 1'),
      () => database.transaction(async () => {}),
      () => database.withSession(async () => {}),
      () => second.query('SELECT 1'),
      () => second.transaction(async () => {}),
    ]
    for (const use of uses) {
      await expect(database.transaction(use)).rejects.toMatchObject(accused)
      await expect(database.withSession(use)).rejects.toMatchObject(accused)
      const nested = database.transaction((outer) => outer.transaction(use))
      await expect(nested).rejects.toMatchObject(accused)
      const later = database.transaction(async () => {
        await new Promise((resolve) => setImmediate(resolve))
        await Promise.all([use()])
      })
      await expect(later).rejects.toMatchObject(accused)
    }
    expect((await second.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('the message says where the transaction was opened and where the outer one was used', async () => {
    const { first: database } = opened
    async function openTheTransaction() {
      await database.transaction(useTheOuterOne)
    }
    async function useTheOuterOne() {
      await database.query('SELECT 1')
    }
    const { message } = await openTheTransaction().catch((error) => error)
    expect(message).toContain('Use the transaction that was passed to the callback.')
    const [opening, using] = message.split('The statement is')
    expect(opening).toMatch(/openTheTransaction .*waits-for-itself\.test\.ts:\d+/)
    expect(using).toMatch(/useTheOuterOne .*waits-for-itself\.test\.ts:\d+/)
    expect(message).not.toMatch(/src[/\\]database/)
  })

  test('callers that are independent of each other wait, and are not accused', async () => {
    const { first, second } = opened
    let inside = 0
    const runs = Array.from({ length: 12 }, (_, n) =>
      (n % 2 ? first : second).transaction(async (transaction) => {
        inside += 1
        expect(inside).toBe(1)
        await transaction.query('SELECT pg_sleep(0.001)')
        inside -= 1
        return n
      }),
    )
    const plain = Array.from({ length: 12 }, () => first.query('SELECT 1 AS one'))
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 12 }, (_, n) => n))
    expect((await Promise.all(plain)).every(({ rows }) => rows.length === 1)).toBe(true)
  })

  test('work that a transaction started and that goes on after its end is not accused', async () => {
    const { first: database } = opened
    let later: Promise<unknown> | undefined
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    await database.transaction(async () => {
      later = ended.then(() => database.query('SELECT 1 AS one'))
    })
    end()
    expect(await later).toMatchObject({ rows: [{ one: 1 }] })
  })
})

describe.each(engines)('waiting for itself on $name', (engine) => {
  test('the outer transaction inside a nested one is refused', async () => {
    const database = engine.database('public')
    const run = database.transaction((outer) =>
      outer.transaction(() => outer.query('SELECT 1 AS one')),
    )
    await expect(run).rejects.toMatchObject(accused)
    const deep = database.transaction((outer) =>
      outer.transaction((middle) => middle.transaction(() => outer.transaction(async () => {}))),
    )
    await expect(deep).rejects.toMatchObject(accused)
  })

  test('the session inside a transaction of it is refused', async () => {
    const run = engine
      .database('public')
      .withSession((session) => session.transaction(() => session.query('SELECT 1')))
    await expect(run).rejects.toMatchObject(accused)
  })
})

test('on a pool with several connections the outer database has a connection of its own', async () => {
  const pool = new pg.Pool({ connectionString: serverUrl(), max: 2 })
  try {
    const database = fromPg(pool)
    expect(database.capabilities).toEqual({ concurrentTransactions: true })
    const { rows } = await database.transaction(async (transaction) => {
      await transaction.query('SELECT 1')
      return await database.query('SELECT 1 AS one')
    })
    expect(rows).toEqual([{ one: 1 }])
  } finally {
    await pool.end()
  }
})

import pg from 'pg'
import { describe, expect, test, vi } from 'vitest'
import type { TestDatabase } from '../../src/harness/index.js'
import { databaseNames } from '../../src/harness/server/database-ownership.js'
import { openTestWorker } from '../../src/harness/test-worker.js'
import type { DatabaseTestOptions, Isolation } from '../../src/harness/vitest.js'
import { serverMajors } from '../support/real-server.js'
import { boatyard } from './boatyard.js'
import { useSailor } from './use-sailor.js'

const insert = "INSERT INTO boats (name) VALUES ('Calypso')"
const count = async (db: Pick<TestDatabase, 'query'>) =>
  (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM boats')).rows[0]!.n

/** Runs tests as vitest would, as a user of their own. */
function useRuns(major: number) {
  const sailor = useSailor(major)

  /** Runs one test, and answers what was printed and what is left on the server. */
  async function run(
    work: (db: TestDatabase) => Promise<unknown>,
    {
      name = 'a boat sails',
      hasFailed = false,
      isolation = 'rewind',
      ...options
    }: DatabaseTestOptions & { name?: string; hasFailed?: boolean; isolation?: Isolation } = {},
  ) {
    const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
    for (const spy of printed) spy.mockImplementation(() => {})
    const worker = await openTestWorker({ server: sailor.url, ...boatyard, ...options })
    try {
      const given = await worker.begin(isolation)
      await work(given.db as TestDatabase)
      await given.end({ name, hasFailed })
      return printed.flatMap(({ mock }) => mock.calls.flat()).join('\n')
    } finally {
      for (const spy of printed) spy.mockRestore()
      await worker.close()
    }
  }
  const left = async () =>
    (await sailor.databases()).filter((name) => !databaseNames.isTemplate(name))
  return { sailor, run, left }
}

describe.each(serverMajors)('a test on PostgreSQL %i', (major) => {
  const { sailor, run, left } = useRuns(major)

  test('that passes leaves nothing, though a client of its own is still there', async () => {
    const printed = await run(async (db) => {
      await db.query(insert)
      await db.pool.query(insert)
      const other = new pg.Client({ connectionString: await db.url() })
      other.on('error', () => {})
      await other.connect()
      expect(await count(db)).toBe(4)
    })
    expect(printed).toBe('')
    expect(await left()).toEqual([])
  })

  test('that failed keeps its database, which the message tells how to open', async () => {
    const fail = async (db: TestDatabase) => {
      await db.query(insert)
      const client = await db.pool.connect()
      await client.query('BEGIN; DELETE FROM boats')
    }
    const printed = await run(fail, { name: "it's a boat that sank", hasFailed: true })
    expect(printed).not.toContain(sailor.password)
    expect(printed).toMatch(
      /^\nit's a boat that sank failed\. .* until the test runs again, or for a/,
    )
    const shown = new URL(/psql '(\S+)'$/.exec(printed)![1]!)
    expect(await left()).toEqual([shown.pathname.slice(1)])
    const client = new pg.Client(Object.assign(shown, { password: sailor.password }).href)
    await client.connect()
    expect(await count(client as never)).toBe(3)
    await client.end()

    await run(async () => {}, { name: "it's a boat that sank" })
    expect(await left()).toEqual([])
  })

  test('in a transaction leaves no row, and commits where it failed', async () => {
    const worker = await openTestWorker({ server: sailor.url, ...boatyard })
    const begin = () => worker.begin('rollback')
    const passed = { name: 'a boat', hasFailed: false }
    const first = await begin()
    await first.db.query(insert)
    await first.db.transaction((tx) => tx.query(insert))
    await first.db.script("SET work_mem = '9MB'; SELECT pg_advisory_lock(5)")
    await expect(first.end(passed)).rejects.toMatchObject({ code: 'test_leaked' })
    const second = await begin()
    expect(await count(second.db)).toBe(2)
    await second.db.query(insert)
    const [{ name }] = (
      await second.db.query<{ name: string }>('SELECT current_database() AS name')
    ).rows as [{ name: string }]
    await second.end(passed)
    await expect(second.db.query(insert)).rejects.toMatchObject({ code: 'transaction_closed' })
    const third = await begin()
    expect(await count(third.db)).toBe(2)
    expect((await third.db.query('SELECT current_database() AS name')).rows).toEqual([{ name }])
    expect(third.db).not.toHaveProperty('pool')
    await third.db.query(insert)
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    await third.end({ name: 'a boat', hasFailed: true })
    const url = new URL(/psql '(\S+)'/.exec(String(printed.mock.calls[0]))![1]!)
    printed.mockRestore()
    const client = new pg.Client(Object.assign(url, { password: sailor.password }).href)
    await client.connect()
    expect(await count(client as never)).toBe(3)
    await client.end()
    const fourth = await begin()
    expect(await count(fourth.db)).toBe(2)
    await fourth.end(passed)
    await worker.close()
    expect(await left()).toEqual([])
  })
})

describe('a test', () => {
  const { run, left } = useRuns(serverMajors[1])

  test.each<[string, (db: TestDatabase) => Promise<unknown>, RegExp]>([
    [
      'a client of the pool',
      ({ pool }) => pool.connect(),
      /a client of the pool that was not released, by\n.*server-worker\.test/,
    ],
    [
      'a transaction of a client that was given back',
      async ({ pool }) => {
        const client = await pool.connect()
        await client.query('BEGIN')
        client.release()
      },
      /a client that is idle in transaction, after BEGIN/,
    ],
    [
      'an advisory lock',
      (db) => db.query('SELECT pg_advisory_lock(3)'),
      /an advisory lock of a session whose last was SELECT pg_advisory_lock\(3\)/,
    ],
    [
      'a query in flight',
      async (db) => {
        db.query('SELECT pg_sleep(600)').catch(() => {})
        await db.pool.query('SELECT pg_sleep(0.02)')
      },
      /a query in flight: SELECT pg_sleep\(600\)/,
    ],
  ])('that leaves %s open fails, and is told', async (_, work, message) => {
    await expect(run(work, { keepFailed: false })).rejects.toMatchObject({
      code: 'test_leaked',
      message: expect.stringMatching(message),
    })
    expect(await left()).toEqual([])
  })

  test('that failed leaves nothing where nothing is to be kept', async () => {
    expect(await run((db) => db.query(insert), { hasFailed: true, keepFailed: false })).toBe('')
    expect(await left()).toEqual([])
  })

  test('that leaves something open can be told so and pass', async () => {
    const work = (db: TestDatabase) => db.query('SELECT pg_advisory_lock(3)')
    expect(await run(work, { leaks: 'warn' })).toContain('ended with an advisory lock')
    expect(await run(work, { leaks: 'off' })).toBe('')
    expect(await left()).toEqual([])
  })
})

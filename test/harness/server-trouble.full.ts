import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { databaseNames } from '../../src/harness/server/database-ownership.js'
import { keptMax } from '../../src/harness/server/server-databases.js'
import { openTestWorker } from '../../src/harness/test-worker.js'
import type { TestWorker } from '../../src/harness/worker-databases.js'
import { serverMajors } from '../support/real-server.js'
import { boatyard } from './boatyard.js'
import { useSailor } from './use-sailor.js'

const passed = { name: 'a boat', hasFailed: false }

describe.each(serverMajors)('on PostgreSQL %i', (major) => {
  const sailor = useSailor(major)
  let worker: TestWorker
  const left = async () =>
    (await sailor.databases()).filter((name) => !databaseNames.isTemplate(name))

  beforeAll(async () => {
    worker = await openTestWorker({ server: sailor.url, ...boatyard })
  })

  afterAll(() => worker?.close())

  test.each(['rewind', 'rollback'] as const)(
    'a test whose connection was ended costs no other test, with isolation %s',
    async (isolation) => {
      const given = await worker.begin(isolation)
      const { rows } = await given.db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await sailor.admin.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
      await expect(given.db.query('SELECT 1')).rejects.toThrow()
      await given.end(passed)
      const next = await worker.begin(isolation)
      expect((await next.db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
      await next.end(passed)
    },
  )

  test('a test that fails in the midst of a statement is ended with it', async () => {
    const given = await worker.begin('rollback')
    await given.db.query("INSERT INTO boats (name) VALUES ('Calypso')")
    const slow = given.db.query('SELECT pg_sleep(600)').catch(({ code }) => code)
    const running = `SELECT FROM pg_stat_activity
      WHERE usename = $1 AND state = 'active' AND query LIKE '%pg_sleep%'`
    await expect
      .poll(async () => (await sailor.admin.query(running, [sailor.name])).rowCount)
      .toBe(1)
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    await given.end({ name: 'a slow boat', hasFailed: true })
    printed.mockRestore()
    expect(await slow).toMatch(/^(57014|57P01)$/)
    const again = await worker.begin('rollback')
    await again.end({ name: 'a slow boat', hasFailed: false })
  })

  test('a session is as it was for the next test in a transaction, whatever is no leak', async () => {
    const other = await openTestWorker({ server: sailor.url, ...boatyard, leaks: 'off' })
    const one = await other.begin('rollback')
    await one.db.query('SELECT pg_advisory_lock(5)')
    await one.end(passed)
    const next = await other.begin('rollback')
    const { rows } = await next.db.query(
      `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND database =
       (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    expect(rows).toEqual([{ n: 0 }])
    await next.end(passed)
    await other.close?.()
  })

  test('a name with quotes and more than a comment takes is that of a test', async () => {
    const name = `it's "a boat" \\ ${'and a boat '.repeat(500)}\n; DROP DATABASE postgres`
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    await (await worker.begin('rewind')).end({ name, hasFailed: true })
    expect(String(printed.mock.calls[0])).toContain('Its database is kept')
    printed.mockRestore()
    expect((await left()).filter(databaseNames.isKept)).toHaveLength(1)
    await (await worker.begin('rewind')).end({ name, hasFailed: false })
    expect((await left()).filter(databaseNames.isKept)).toEqual([])
  })

  test('so many are kept and no more, until one of them passes', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const run = async (name: string, hasFailed: boolean) =>
      (await worker.begin('fork')).end({ name, hasFailed })
    for (let boat = 0; boat <= keptMax; boat++) await run(`boat ${boat}`, true)
    const last = String(printed.mock.lastCall)
    expect(last).toContain(`those of ${keptMax} failed tests are kept already`)
    expect((await left()).filter(databaseNames.isKept)).toHaveLength(keptMax)
    await run('boat 3', false)
    await run(`boat ${keptMax}`, true)
    expect(String(printed.mock.lastCall)).toContain('Its database is kept')
    printed.mockRestore()
    for (let boat = 0; boat <= keptMax; boat++) await run(`boat ${boat}`, false)
    expect((await left()).filter(databaseNames.isKept)).toEqual([])
  })
})

describe('once its connection to the server was lost', () => {
  const sailor = useSailor(serverMajors[1])

  test('a worker says so', async () => {
    const worker = await openTestWorker({ server: sailor.url, ...boatyard })
    await sailor.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE usename = $1 AND application_name = 'driftpin'`,
      [sailor.name],
    )
    // What PostgreSQL says as it ends a session is the answer to a statement that comes just then.
    const begin = async () => worker.begin('rewind').catch(({ message }) => message)
    await expect.poll(begin).toContain('the connection to it was lost')
    await worker.close?.()
  })
})

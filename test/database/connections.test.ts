import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { type Database, fromPg, type Queryable } from '../../src/index.js'
import { serverUrl } from '../support/server-url.js'

const majors = inject('servers').map(({ major }) => major)

describe.each(majors)('connections of a pool on PostgreSQL %s', (major) => {
  let pool: pg.Pool
  let admin: pg.Client
  let database: Database

  beforeEach(async () => {
    const url = serverUrl(major)
    pool = new pg.Pool({ connectionString: url, max: 3 })
    // The pool of an application has such a listener: it hears of losses of idle connections.
    pool.on('error', () => {})
    admin = new pg.Client({ connectionString: url })
    await admin.connect()
    database = fromPg(pool)
  })
  afterEach(async () => {
    await pool.end()
    await admin.end()
  })

  const pidOf = async (queryable: Pick<Queryable, 'query'>) =>
    (await queryable.query('SELECT pg_backend_pid() AS pid')).rows[0]!.pid
  const terminate = (pid: unknown) => admin.query('SELECT pg_terminate_backend($1)', [pid])

  /** Nobody has a connection, and each that there is answers. */
  async function expectNoLeak() {
    expect({ idle: pool.idleCount, waiting: pool.waitingCount }).toEqual({
      idle: pool.totalCount,
      waiting: 0,
    })
    const all = await Promise.all(
      Array.from({ length: 3 }, (_, n) =>
        database.transaction(async (transaction) => {
          await transaction.query('SELECT pg_sleep(0.01)')
          const { rows } = await transaction.query('SELECT $1::int AS n', [n])
          return rows[0]!.n
        }),
      ),
    )
    expect(all).toEqual([0, 1, 2])
    expect(pool.idleCount).toBe(pool.totalCount)
  }

  test('a connection killed in the middle of a statement rejects, and the pool goes on', async () => {
    const run = database.transaction(async (transaction) => {
      const pid = await pidOf(transaction)
      await Promise.all([transaction.query('SELECT pg_sleep(30)'), terminate(pid)])
    })
    await expect(run).rejects.toMatchObject({ code: '57P01' })
    await expectNoLeak()
  })

  test('a connection killed between two statements rejects the next one', async () => {
    const run = database.transaction(async (transaction) => {
      await terminate(await pidOf(transaction))
      await new Promise((resolve) => setTimeout(resolve, 50))
      await transaction.query('SELECT 1')
    })
    await expect(run).rejects.toBeInstanceOf(Error)
    await expectNoLeak()
  })

  test('a connection killed before the commit rejects the transaction', async () => {
    const run = database.transaction(async (transaction) => {
      await terminate(await pidOf(transaction))
      await new Promise((resolve) => setTimeout(resolve, 50))
      return 'looks fine'
    })
    await expect(run).rejects.toBeInstanceOf(Error)
    await expectNoLeak()
  })

  test('a connection killed in a session rejects it', async () => {
    const run = database.withSession(async (session) => {
      await terminate(await pidOf(session))
      await new Promise((resolve) => setTimeout(resolve, 50))
      await session.transaction((transaction) => transaction.query('SELECT 1'))
    })
    await expect(run).rejects.toBeInstanceOf(Error)
    await expectNoLeak()
  })

  test('a listener hears that its connection was lost, and can still be stopped', async () => {
    const errors: unknown[] = []
    const stop = await database.listen('lost', () => {}, { onError: (error) => errors.push(error) })
    const { rows } = await admin.query(
      'SELECT pid FROM pg_stat_activity WHERE query = \'LISTEN "lost"\'',
    )
    await terminate(rows[0].pid)
    await vi.waitFor(() => expect(errors).not.toEqual([]))
    await stop()
    await stop()
    await expectNoLeak()
  })

  test('a listener on a client hears of its loss as well, until it is stopped', async () => {
    const client = new pg.Client({ connectionString: serverUrl(major) })
    client.on('error', () => {})
    await client.connect()
    const single = fromPg(client)
    const [first, second]: [unknown[], unknown[]] = [[], []]
    const stop = await single.listen('one', () => {}, { onError: (error) => first.push(error) })
    await single.listen('two', () => {}, { onError: (error) => second.push(error) })
    await stop()
    await terminate(await pidOf(single))
    await vi.waitFor(() => expect(second).not.toEqual([]))
    expect(first).toEqual([])
  })

  test('a connection whose driver did not wait for an answer goes to nobody else', async () => {
    const hasty = new pg.Pool({ connectionString: serverUrl(major), max: 2, query_timeout: 50 })
    const impatient = fromPg(hasty)
    for (const ask of [
      () => impatient.query('SELECT pg_sleep(0.5)'),
      () => impatient.script('SELECT pg_sleep(0.5)'),
    ]) {
      await expect(ask()).rejects.toThrow('timeout')
      expect(hasty.totalCount).toBe(0)
    }
    await hasty.end()
  })

  test('a statement that the driver gave up is as failed as any other', async () => {
    // Long enough for a BEGIN on a busy machine.
    const hasty = new pg.Client({ connectionString: serverUrl(major), query_timeout: 500 })
    await hasty.connect()
    const run = fromPg(hasty).transaction((one) => one.query('SELECT pg_sleep(5)').catch(() => {}))
    await expect(run).rejects.toMatchObject({
      code: 'transaction_failed',
      cause: expect.objectContaining({ message: expect.stringContaining('timeout') }),
    })
    await hasty.end()
  })

  test('a transaction that its host made fail is not committed, and is told so', async () => {
    const client = new pg.Client({ connectionString: serverUrl(major) })
    await client.connect()
    const single = fromPg(client)
    const run = single.transaction(async () => {
      await client.query('SELECT 1 / 0').catch(() => {})
      return 'looks fine'
    })
    await expect(run).rejects.toMatchObject({ code: 'transaction_failed' })
    expect((await single.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await client.end()
  })

  test('a stopped listener gives its connection back', async () => {
    const stop = await database.listen('given back', () => {})
    expect(pool.idleCount).toBe(0)
    await stop()
    expect(pool.totalCount).toBe(1)
    const { rows } = await database.query('SELECT pg_listening_channels()')
    expect(rows).toEqual([])
    await expectNoLeak()
  })

  test('no error of any kind leaks a connection', async () => {
    const fails: (() => Promise<unknown>)[] = [
      () => database.query('SELEC'),
      () => database.query('SELECT 1 / 0'),
      () => database.query('SELECT 1; SELECT 2'),
      () => database.query('BEGIN'),
      () => database.query('SELECT $1::text', [() => {}]),
      () => database.query("SELECT 'infinity'::timestamptz"),
      () => database.query('SELECT $1::int', [1, 2]),
      () => database.query('COPY pg_class FROM STDIN'),
      () => database.script('BEGIN; SELECT 1 / 0'),
      () => database.script('SELECT 1 / 0; BEGIN'),
      () => database.listen('x'.repeat(64), () => {}),
      () => database.withSession(() => Promise.reject(new Error('mine'))),
      () => database.withSession((session) => session.query('SELECT 1 / 0')),
      () => database.withSession((session) => session.query('BEGIN')),
      () => database.transaction(() => Promise.reject(new Error('mine'))),
      () =>
        database.transaction(() => {
          throw new Error('not even a promise')
        }),
      () => database.transaction((one) => one.query('SELECT 1 / 0')),
      () => database.transaction((one) => one.query('SELECT 1 / 0').catch(() => {})),
      () => database.transaction((one) => one.query('COMMIT')),
      () => database.transaction((one) => one.transaction(() => one.query('SELECT 1'))),
      () => database.transaction(async () => {}, { isolation: 'nonsense' as never }),
    ]
    for (let round = 0; round < 3; round += 1) {
      const settled = await Promise.allSettled(fails.map((fail) => fail()))
      expect(settled.map(({ status }) => status)).toEqual(fails.map(() => 'rejected'))
    }
    await expectNoLeak()
  })

  test('a pool whose server cannot be reached rejects and holds nothing', async () => {
    const nowhere = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 2 })
    const unreachable = fromPg(nowhere)
    await expect(unreachable.query('SELECT 1')).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringContaining('at 127.0.0.1:1: nothing listens there (ECONNREFUSED)'),
    })
    await expect(unreachable.transaction(async () => {})).rejects.toBeInstanceOf(Error)
    await expect(unreachable.listen('x', () => {})).rejects.toBeInstanceOf(Error)
    expect(nowhere.totalCount + nowhere.waitingCount).toBe(0)
    await nowhere.end()
  })
})

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createMigrator, type Database, fromPg, type MigratorOptions } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { queryOnce } from '../support/query-once.js'
import { serverUrl } from '../support/server-url.js'
import { urlWith } from '../support/url-with.js'

type Blocked = Parameters<NonNullable<MigratorOptions['onBlocked']>>[0]

const migrations = parseMigrations(
  [
    { file: '1_numbers.up.sql', text: 'CREATE TABLE numbers (n int)' },
    { file: '2_column.up.sql', text: 'SELECT 1;\nALTER TABLE numbers ADD COLUMN extra text' },
    {
      file: '3_index.up.sql',
      text: '-- driftpin: no transaction\nCREATE INDEX CONCURRENTLY numbers_n ON numbers (n)',
    },
  ],
  { forwardOnly: true },
)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks until it is so, or until what should bring it about has ended. */
async function until(isSo: () => Promise<boolean>, work: Promise<unknown>): Promise<void> {
  let ended = false
  const end = () => {
    ended = true
  }
  work.then(end, end)
  while (!(await isSo())) {
    if (ended) throw new Error(`It ended early: ${await work}`)
    await pause(5)
  }
}

describe.each(inject('servers').map(({ major }) => major))('locks on PostgreSQL %s', (major) => {
  const name = `waiting_${process.pid}_${major}`
  let pool: pg.Pool
  beforeAll(async () => {
    const url = serverUrl(major)
    await queryOnce(url, `CREATE DATABASE ${name}`)
    pool = new pg.Pool({ connectionString: urlWith(url, { pathname: `/${name}` }), max: 8 })
  })
  afterAll(() => pool.end())

  async function withFirst(schema: string): Promise<Database> {
    const database = fromPg(pool, { schema })
    await createMigrator(database, { migrations }).to(1)
    return database
  }

  /** Reads the table and stays in the transaction until told to go on. */
  async function holdOpen(schema: string, isolation = 'READ COMMITTED') {
    const client = await pool.connect()
    await client.query(`BEGIN ISOLATION LEVEL ${isolation}`)
    await client.query("SET LOCAL application_name = 'long reader'")
    await client.query(`SELECT count(*) FROM "${schema}".numbers`)
    return {
      async end() {
        await client.query('COMMIT')
        client.release()
      },
    }
  }

  test('a long reader does not queue the readers behind a migration that waits for it', async () => {
    const schema = 'between attempts'
    const database = await withFirst(schema)
    const reader = await holdOpen(schema)
    const blocked: Blocked[] = []
    let reads = 0
    const readsAt: number[] = []
    const migrating = createMigrator(database, {
      migrations,
      statementLockTimeoutMs: 60,
      onBlocked: (step) => {
        blocked.push(step)
        readsAt.push(reads)
      },
    }).to(2)
    // Without the timeout the first of these reads would wait for the long one to end.
    const read = async () => {
      await pool.query(`SELECT count(*) FROM "${schema}".numbers`)
      reads++
      return blocked.length >= 3
    }
    await until(read, migrating)
    await reader.end()
    expect(await migrating).toMatchObject([{ version: 2 }])
    expect(readsAt[1]).toBeGreaterThan(readsAt[0]!)
    expect(readsAt[2]).toBeGreaterThan(readsAt[1]!)
    expect(blocked.map(({ file, attempt }) => [file, attempt])).toEqual([
      ['2_column.up.sql', 1],
      ['2_column.up.sql', 2],
      ['2_column.up.sql', 3],
    ])
    expect(blocked[1]!.pauseMs).toBe(2 * blocked[0]!.pauseMs)
    expect(blocked.some(({ blockers }) => blockers[0]?.includes('long reader'))).toBe(true)
  })

  test('the test above sees a reader that is made to wait, when there is no timeout', async () => {
    const schema = 'no timeout'
    const database = await withFirst(schema)
    const reader = await holdOpen(schema)
    const migrating = createMigrator(database, { migrations, statementLockTimeoutMs: 0 }).to(2)
    const waits = () =>
      pool.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = '"${schema}".numbers'::regclass`,
      )
    await until(async () => (await waits()).rowCount === 1, migrating)
    let served = false
    const read = pool.query(`SELECT count(*) FROM "${schema}".numbers`).then(() => {
      served = true
    })
    await until(async () => (await waits()).rowCount === 2, read)
    expect(served).toBe(false)
    await reader.end()
    await Promise.all([read, migrating])
  })

  test('who never gets the lock says who held it, and leaves nothing', async () => {
    const schema = 'given up'
    const database = await withFirst(schema)
    const reader = await holdOpen(schema)
    const migrator = createMigrator(database, {
      migrations,
      statementLockTimeoutMs: 60,
      statementLockAttempts: 2,
    })
    const error = await migrator.up().catch((error) => error)
    await reader.end()
    expect(error).toMatchObject({ name: 'DriftpinError', code: 'migration_locked' })
    expect(error.message).toContain('2_column.up.sql could not get a lock: it was tried 2 times')
    expect(error.message).toMatch(/held by pid \d+ \(long reader, idle in transaction/)
    expect(error.message).toContain('"given up".numbers')
    expect(error.message).toContain('> 2 | ALTER TABLE numbers ADD COLUMN extra text')
    expect(error.cause.cause).toMatchObject({ code: '55P03' })
    expect((await migrator.status()).map(({ state }) => state)).toEqual([
      'applied',
      'pending',
      'pending',
    ])
    expect(await migrator.up()).toHaveLength(2)
  })

  test('on one client nobody can be named, and the rest holds', async () => {
    const schema = 'one client'
    await withFirst(schema)
    const reader = await holdOpen(schema)
    const client = await pool.connect()
    const before = (await client.query('SHOW lock_timeout')).rows
    const migrator = createMigrator(fromPg(client, { schema }), {
      migrations,
      statementLockTimeoutMs: 20,
      statementLockAttempts: 1,
    })
    const error = await migrator.up().catch((error) => error)
    expect(error).toMatchObject({ code: 'migration_locked' })
    expect(error.message).toContain('See pg_locks')
    expect((await client.query('SHOW lock_timeout')).rows).toEqual(before)
    client.release()
    await reader.end()
  })

  test('a migration without a transaction waits as long as it takes, and nobody for it', async () => {
    const schema = 'concurrently'
    const database = await withFirst(schema)
    await createMigrator(database, { migrations }).to(2)
    // One snapshot for all of it: an index is not done before such a one is gone.
    const reader = await holdOpen(schema, 'REPEATABLE READ')
    const client = await pool.connect()
    await client.query("SET lock_timeout = '20ms'")
    let done = false
    const migrating = createMigrator(fromPg(client, { schema }), {
      migrations,
      statementLockTimeoutMs: 20,
    })
      .up()
      .then(() => {
        done = true
      })
    const building = () =>
      pool.query(
        `SELECT FROM pg_stat_progress_create_index p WHERE relid = '"${schema}".numbers'::regclass
           AND phase LIKE 'waiting%'`,
      )
    // It waits for the transaction of the reader, as it does before it can say that it is done.
    await until(async () => (await building()).rowCount === 1, migrating)
    for (let round = 0; round < 5; round++) {
      await pool.query(`INSERT INTO "${schema}".numbers VALUES (1)`)
      await pool.query(`SELECT count(*) FROM "${schema}".numbers`)
      await pause(10)
    }
    // Who asks meanwhile is told that it is at work, and not that it is dirty.
    const asked = await createMigrator(database, { migrations })
      .plan()
      .catch((error) => error)
    expect(asked).toMatchObject({ code: 'migration_locked' })
    expect(asked.message).toContain('3_index.up.sql is being run by another process')
    expect(done).toBe(false)
    await reader.end()
    await migrating
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '20ms' }])
    client.release(true)
    const states = (await createMigrator(database, { migrations }).status()).map((one) => one.state)
    expect(states).toEqual(['applied', 'applied', 'applied'])
  })

  test('a deadlock with the application is tried again', async () => {
    const schema = 'deadlock'
    const database = await withFirst(schema)
    await pool.query(`CREATE TABLE "${schema}".others (n int)`)
    const both = parseMigrations(
      [
        { file: '1_numbers.up.sql', text: 'CREATE TABLE numbers (n int)' },
        {
          file: '2_both.up.sql',
          text: 'ALTER TABLE numbers ADD a int; ALTER TABLE others ADD a int',
        },
      ],
      { forwardOnly: true },
    )
    const client = await pool.connect()
    // The application waits long before it looks for a deadlock, so that the migration is the one.
    await client.query("BEGIN; SET LOCAL deadlock_timeout = '1h'")
    await client.query(`SELECT FROM "${schema}".others`)
    const blocked: Blocked[] = []
    const migrating = createMigrator(database, {
      migrations: both,
      statementLockTimeoutMs: 0,
      onBlocked: (step) => blocked.push(step),
    }).up()
    const waits = () =>
      pool.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = '"${schema}".others'::regclass`,
      )
    await until(async () => (await waits()).rowCount === 1, migrating)
    await client.query(`SELECT FROM "${schema}".numbers`)
    await client.query('COMMIT')
    client.release()
    expect(await migrating).toMatchObject([{ version: 2 }])
    expect(blocked).toHaveLength(1)
  })
})

test.each([
  { statementLockTimeoutMs: -1 },
  { statementLockTimeoutMs: Number.NaN },
  { statementLockAttempts: 0 },
  { statementLockAttempts: 1.5 },
  { lockTimeoutMs: -1 },
])('%j is refused', (options) => {
  const pool = new pg.Pool()
  const [name] = Object.keys(options)
  expect(() => createMigrator(fromPg(pool), options)).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(name!) }),
  )
})

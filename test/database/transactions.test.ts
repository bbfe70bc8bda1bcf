import { describe, expect, test } from 'vitest'
import type { Database } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

describe.each(engineNames)('transactions on %s', (name) => {
  const engine = useEngine(name)
  let tables = 0

  /** A table of its own, with a key and a deferred reference to itself. */
  async function table(): Promise<{ database: Database; t: string; values(): Promise<unknown[]> }> {
    const database = engine.database('public')
    tables += 1
    const t = `t${tables}`
    await database.script(
      `CREATE TABLE ${t} (n int PRIMARY KEY, r int REFERENCES ${t} DEFERRABLE INITIALLY DEFERRED)`,
    )
    const values = async () =>
      (await database.query(`SELECT n FROM ${t} ORDER BY n`)).rows.map((row) => row.n)
    return { database, t, values }
  }

  test('a transaction commits what its callback did and answers what it returned', async () => {
    const { database, t, values } = await table()
    const answer = await database.transaction(async (transaction) => {
      await transaction.query(`INSERT INTO ${t} VALUES ($1)`, [1])
      await transaction.script(`INSERT INTO ${t} VALUES (2); INSERT INTO ${t} VALUES (3)`)
      return 'done'
    })
    expect(answer).toBe('done')
    expect(await values()).toEqual([1, 2, 3])
  })

  test('a transaction whose callback throws is rolled back and rejects with that error', async () => {
    const { database, t, values } = await table()
    const mine = new Error('mine')
    const run = database.transaction(async (transaction) => {
      await transaction.query(`INSERT INTO ${t} VALUES (1)`)
      throw mine
    })
    await expect(run).rejects.toBe(mine)
    expect(await values()).toEqual([])
  })

  test('a nested transaction that throws takes back only its own part', async () => {
    const { database, t, values } = await table()
    await database.transaction(async (outer) => {
      await outer.query(`INSERT INTO ${t} VALUES (1)`)
      const inner = outer.transaction(async (savepoint) => {
        await savepoint.query(`INSERT INTO ${t} VALUES (2)`)
        const innermost = savepoint.transaction((deep) => deep.query(`INSERT INTO ${t} VALUES (1)`))
        await expect(innermost).rejects.toMatchObject({ code: '23505' })
        await savepoint.query(`INSERT INTO ${t} VALUES (3)`)
        throw new Error('inner')
      })
      await expect(inner).rejects.toThrow('inner')
      await outer.transaction((savepoint) => savepoint.query(`INSERT INTO ${t} VALUES (4)`))
    })
    expect(await values()).toEqual([1, 4])
  })

  test('a transaction rolled back takes its committed savepoints with it', async () => {
    const { database, t, values } = await table()
    const run = database.transaction(async (outer) => {
      await outer.transaction((inner) => inner.query(`INSERT INTO ${t} VALUES (1)`))
      throw new Error('outer')
    })
    await expect(run).rejects.toThrow('outer')
    expect(await values()).toEqual([])
  })

  test.each(['read committed', 'repeatable read', 'serializable'] as const)(
    'the isolation level %s is really applied',
    async (isolation) => {
      const { rows } = await engine
        .database('public')
        .transaction((transaction) => transaction.query('SHOW transaction_isolation'), {
          isolation,
        })
      expect(rows).toEqual([{ transaction_isolation: isolation }])
    },
  )

  test('read committed is begun explicitly, whatever the server defaults to', async () => {
    await engine.database('public').withSession(async (session) => {
      await session.script("SET default_transaction_isolation = 'serializable'")
      try {
        const { rows } = await session.transaction((one) => one.query('SHOW transaction_isolation'))
        expect(rows).toEqual([{ transaction_isolation: 'read committed' }])
      } finally {
        await session.script('RESET default_transaction_isolation')
      }
    })
  })

  test('what is no isolation level never reaches the server', async () => {
    const isolation = 'read committed; DROP SCHEMA public' as 'serializable'
    const never = engine.database('public').transaction(async () => 'never', { isolation })
    await expect(never).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('an isolation level on a nested transaction is refused, and the outer one goes on', async () => {
    const { database, t, values } = await table()
    await database.transaction(async (outer) => {
      const nested = outer.transaction(async () => 'never', { isolation: 'serializable' })
      await expect(nested).rejects.toMatchObject({ code: 'invalid_input' })
      await outer.query(`INSERT INTO ${t} VALUES (1)`)
    })
    expect(await values()).toEqual([1])
  })

  test.each([
    ['a unique violation', (t: string) => `INSERT INTO ${t} VALUES (1), (1)`, '23505'],
    ['an unknown table', () => 'SELECT * FROM nowhere', '42P01'],
    ['bad syntax', () => 'SELEC 1', '42601'],
    ['a division by zero', () => 'SELECT 1 / 0', '22012'],
  ])('%s rejects with PostgreSQL own error and leaves a clean connection', async (_, sql, code) => {
    const { database, t, values } = await table()
    const alone = await database.query(sql(t)).catch((error) => error)
    expect(alone).toMatchObject({ code, severity: 'ERROR' })
    expect(alone.name).not.toBe('DriftpinError')
    const inside = database.transaction(async (transaction) => {
      await transaction.query(`INSERT INTO ${t} VALUES (9)`)
      await transaction.query(sql(t))
    })
    await expect(inside).rejects.toMatchObject({ code, severity: 'ERROR' })
    expect(await values()).toEqual([])
    await database.transaction((transaction) => transaction.query(`INSERT INTO ${t} VALUES (5)`))
    expect(await values()).toEqual([5])
  })

  test('a transaction whose callback caught an error of PostgreSQL is never committed', async () => {
    const { database, t, values } = await table()
    const run = database.transaction(async (transaction) => {
      await transaction.query(`INSERT INTO ${t} VALUES (1)`)
      await transaction.query('SELECT 1 / 0').catch(() => 'caught')
      return 'looks fine'
    })
    const error = await run.catch((error) => error)
    expect(error).toMatchObject({ name: 'DriftpinError', code: 'transaction_failed' })
    expect(error.cause).toMatchObject({ code: '22012' })
    expect(await values()).toEqual([])
  })

  test('a nested transaction that caught an error fails alone', async () => {
    const { database, t, values } = await table()
    await database.transaction(async (outer) => {
      const inner = outer.transaction((savepoint) =>
        savepoint.script('SELECT 1 / 0').catch(() => 'caught'),
      )
      await expect(inner).rejects.toMatchObject({ code: 'transaction_failed' })
      await outer.query(`INSERT INTO ${t} VALUES (1)`)
    })
    expect(await values()).toEqual([1])
  })

  test('a deferred constraint that fails at COMMIT rejects with its SQLSTATE', async () => {
    const { database, t, values } = await table()
    const run = database.transaction(async (transaction) => {
      await transaction.query(`INSERT INTO ${t} VALUES (1, 2)`)
      return 'looks fine'
    })
    await expect(run).rejects.toMatchObject({ code: '23503', severity: 'ERROR' })
    expect(await values()).toEqual([])
    await database.transaction((transaction) =>
      transaction.script(`INSERT INTO ${t} VALUES (1, 2); INSERT INTO ${t} VALUES (2, 1)`),
    )
    expect(await values()).toEqual([1, 2])
  })
})

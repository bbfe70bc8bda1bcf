import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database, Transaction } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

describe.each(engineNames)('the end of a transaction on %s', (name) => {
  const engine = useEngine(name)
  let database: Database
  const insert = (n: number) => `INSERT INTO ends VALUES (${n})`
  const values = async () =>
    (await database.query('SELECT n FROM ends ORDER BY n')).rows.map((row) => row.n)

  beforeAll(async () => {
    database = engine.database('public')
    await database.script('CREATE TABLE ends (n int PRIMARY KEY)')
  })
  beforeEach(() => database.script('TRUNCATE ends'))

  test('a transaction used after its end answers transaction_closed in every way', async () => {
    let kept: Transaction | undefined
    await database.transaction(async (transaction) => {
      kept = transaction
    })
    for (const use of [
      () => kept!.query(insert(1)),
      () => kept!.script(insert(1)),
      () => kept!.transaction((inner) => inner.query(insert(1))),
    ]) {
      await expect(use()).rejects.toMatchObject({ code: 'transaction_closed' })
    }
    expect(await values()).toEqual([])
  })

  test('a savepoint used after its end is closed although its transaction is open', async () => {
    await database.transaction(async (outer) => {
      const kept = await outer.transaction(async (inner) => inner)
      await expect(kept.query(insert(1))).rejects.toMatchObject({ code: 'transaction_closed' })
      await outer.query(insert(2))
    })
    expect(await values()).toEqual([2])
  })

  test('statements that nobody awaited finish before the commit', async () => {
    const loose: Promise<unknown>[] = []
    await database.transaction(async (transaction) => {
      for (let n = 1; n <= 5; n += 1) loose.push(transaction.query(insert(n)))
      loose.push(transaction.transaction((inner) => inner.query(insert(6))))
    })
    expect(await values()).toEqual([1, 2, 3, 4, 5, 6])
    await Promise.all(loose)
  })

  test('a statement that nobody awaited and that fails takes the transaction with it', async () => {
    let loose: Promise<unknown> | undefined
    const run = database.transaction(async (transaction) => {
      await transaction.query(insert(1))
      loose = transaction.query('SELECT 1 / 0').catch((error) => error)
    })
    await expect(run).rejects.toMatchObject({ code: 'transaction_failed' })
    expect(await loose).toMatchObject({ code: '22012' })
    expect(await values()).toEqual([])
  })

  test.each(['COMMIT', 'END', 'ROLLBACK', 'ABORT', 'COMMIT AND CHAIN'])(
    '%s inside a transaction is refused, and the next caller finds a clean connection',
    async (ending) => {
      for (const how of ['query', 'script'] as const) {
        const run = database.transaction(async (transaction) => {
          await transaction.query(insert(1))
          await transaction[how](ending)
        })
        const error = await run.catch((error) => error)
        expect(error).toMatchObject({ name: 'DriftpinError', code: 'transaction_failed' })
        expect(error.message).toContain('or nest transaction()')
      }
      await database.script('TRUNCATE ends')
      await database.transaction((transaction) => transaction.query(insert(2)))
      await database.query(insert(3))
      expect(await values()).toEqual([2, 3])
    },
  )

  test('a caught COMMIT inside a transaction fails it all the same', async () => {
    const run = database.transaction(async (transaction) => {
      await transaction.query('COMMIT').catch(() => 'caught')
    })
    await expect(run).rejects.toMatchObject({ code: 'transaction_failed' })
  })

  test.each([
    ['query', 'BEGIN'],
    ['query', 'START TRANSACTION ISOLATION LEVEL SERIALIZABLE'],
    ['script', `BEGIN; ${insert(1)}`],
    ['script', `BEGIN; ${insert(1)}; COMMIT; START TRANSACTION; ${insert(2)}`],
    ['script', `BEGIN; SAVEPOINT a; ${insert(1)}; ROLLBACK TO SAVEPOINT a`],
    ['script', 'BEGIN; COMMIT AND CHAIN'],
  ] as const)('a %s that leaves a transaction open is refused: %s', async (how, text) => {
    await expect(database[how](text)).rejects.toMatchObject({ code: 'invalid_input' })
    await database.query(insert(3))
    expect(await values()).toEqual(text.includes('COMMIT; START') ? [1, 3] : [3])
    const { rows } = await database.transaction((one) => one.query('SHOW transaction_isolation'))
    expect(rows).toEqual([{ transaction_isolation: 'read committed' }])
  })

  test('a script with its own BEGIN and COMMIT is fine', async () => {
    await database.script(`BEGIN; ${insert(1)}; COMMIT; ${insert(2)}`)
    expect(await values()).toEqual([1, 2])
  })

  test('a script that fails after its own BEGIN rejects with that and poisons nothing', async () => {
    const script = database.script(`BEGIN; ${insert(1)}; SELECT 1 / 0; COMMIT`)
    await expect(script).rejects.toMatchObject({ code: '22012' })
    await database.query(insert(2))
    expect(await values()).toEqual([2])
    await database.withSession(async (session) => {
      await expect(session.script('BEGIN; SELEC 1')).rejects.toMatchObject({ code: '42601' })
      await expect(session.script('BEGIN; SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' })
      await session.query(insert(4))
    })
    expect(await values()).toEqual([2, 4])
  })

  test('going back is allowed to a savepoint of the same callback, and to no other', async () => {
    await database.transaction(async (outer) => {
      await outer.query('SAVEPOINT Mine')
      await outer.query(insert(1))
      await outer.query('ROLLBACK WORK TO mine')
      await outer.script(`${insert(2)}; SAVEPOINT "Two"; ${insert(3)}; ROLLBACK TO "Two"`)
      for (const name of ['mine', 'driftpin_1', '"Mine"']) {
        const inner = outer.transaction((one) => one.query(`ROLLBACK TO SAVEPOINT ${name}`))
        await expect(inner).rejects.toMatchObject({ code: 'transaction_failed' })
      }
    })
    expect(await values()).toEqual([2])
  })

  test('a part that releases its own savepoint takes the transaction with it', async () => {
    const run = database.transaction(async (outer) => {
      await outer.query(insert(1))
      const inner = outer.transaction((one) => one.query('RELEASE SAVEPOINT driftpin_1'))
      await expect(inner).rejects.toMatchObject({ code: '3B001' })
    })
    await expect(run).rejects.toMatchObject({ code: 'transaction_failed' })
    expect(await values()).toEqual([])
  })

  test('concurrent statements in one transaction all run, in the order they were asked', async () => {
    const answers = await database.transaction((transaction) =>
      Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          transaction.query<{ n: number }>('INSERT INTO ends VALUES ($1) RETURNING n', [n]),
        ),
      ),
    )
    expect(answers.map(({ rows }) => rows[0]!.n)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    expect(await values()).toHaveLength(50)
  })

  test('parallel nested transactions take turns, so that each keeps or loses its own', async () => {
    await database.transaction(async (outer) => {
      const runs = Array.from({ length: 10 }, (_, n) =>
        outer.transaction(async (inner) => {
          await inner.query(insert(n))
          await new Promise((resolve) => setImmediate(resolve))
          await inner.query(insert(n + 100))
          if (n % 3 === 0) throw new Error(`part ${n}`)
        }),
      )
      const settled = await Promise.allSettled(runs)
      const failed = settled.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))
      expect(failed).toEqual([0, 3, 6, 9])
    })
    expect(await values()).toEqual([1, 2, 4, 5, 7, 8, 101, 102, 104, 105, 107, 108])
  })
})

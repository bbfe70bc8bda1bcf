import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

describe.each(engineNames)('a session on %s', (name) => {
  const engine = useEngine(name)
  const pid = async (on: Pick<Session, 'query'>) =>
    (await on.query('SELECT pg_backend_pid() AS pid')).rows[0]!.pid

  test('everything in a session runs on one connection', async () => {
    const pids = await engine
      .database('public')
      .withSession(async (session) => [
        await pid(session),
        await session.transaction((transaction) => pid(transaction)),
        await session.transaction((outer) => outer.transaction((inner) => pid(inner))),
        ...(await Promise.all([pid(session), pid(session)])),
      ])
    expect(new Set(pids).size).toBe(1)
  })

  test('a setting and an advisory lock live over several transactions', async () => {
    await engine.database('public').withSession(async (session) => {
      await session.query('SELECT pg_advisory_lock(1)')
      await session.script("SET application_name = 'session test'")
      await session.transaction((transaction) => transaction.query('SELECT 1'))
      await session.query('SELECT 1 / 0').catch(() => {})
      await session.transaction((transaction) => transaction.query('SELEC')).catch(() => {})
      expect((await session.query('SHOW application_name')).rows).toEqual([
        { application_name: 'session test' },
      ])
      const { rows } = await session.query('SELECT pg_advisory_unlock(1) AS unlocked')
      expect(rows).toEqual([{ unlocked: true }])
      await session.script('RESET application_name')
    })
  })

  test('an advisory lock of a session keeps other connections out, where there are any', async () => {
    const database = engine.database('public')
    await database.withSession(async (session) => {
      await session.query('SELECT pg_advisory_lock(2)')
      if (engine.concurrent) {
        const { rows } = await database.query('SELECT pg_try_advisory_lock(2) AS got')
        expect(rows).toEqual([{ got: false }])
      }
      await session.query('SELECT pg_advisory_unlock(2)')
    })
    const { rows } = await database.query('SELECT pg_try_advisory_xact_lock(2) AS got')
    expect(rows).toEqual([{ got: true }])
  })

  test('a session answers what its callback returned, and rejects with what it threw', async () => {
    const database = engine.database('public')
    expect(await database.withSession(async () => 7)).toBe(7)
    const mine = new Error('mine')
    await expect(database.withSession(() => Promise.reject(mine))).rejects.toBe(mine)
  })

  test('a session used after its end is refused, since its connection is another one now', async () => {
    const database = engine.database('public')
    const kept = await database.withSession(async (session) => session)
    for (const use of [
      () => kept.query('SELECT 1'),
      () => kept.script('SELECT 1'),
      () => kept.transaction(async () => {}),
    ]) {
      await expect(use()).rejects.toMatchObject({ code: 'transaction_closed' })
    }
  })

  test('what nobody awaited in a session is done before its connection is given back', async () => {
    const database = engine.database('public')
    await database.script('CREATE TABLE loose (n int)')
    const loose: Promise<unknown>[] = []
    await database.withSession(async (session) => {
      loose.push(session.query('INSERT INTO loose VALUES (1)'))
      loose.push(
        session.transaction(async (transaction) => {
          await transaction.query('INSERT INTO loose VALUES (2)')
          await new Promise((resolve) => setImmediate(resolve))
          await transaction.query('INSERT INTO loose VALUES (3)')
        }),
      )
    })
    expect((await database.query('SELECT n FROM loose ORDER BY n')).rows).toHaveLength(3)
    await Promise.all(loose)
  })

  test('several transactions asked for at once in a session take turns', async () => {
    const answers = await engine.database('public').withSession((session) =>
      Promise.all(
        Array.from({ length: 5 }, (_, n) =>
          session.transaction(async (transaction) => {
            await new Promise((resolve) => setImmediate(resolve))
            return (await transaction.query<{ n: number }>('SELECT $1::int AS n', [n])).rows[0]!.n
          }),
        ),
      ),
    )
    expect(answers).toEqual([0, 1, 2, 3, 4])
  })

  test('a BEGIN in a session is refused and rolled back like anywhere else', async () => {
    await engine.database('public').withSession(async (session) => {
      await expect(session.query('BEGIN')).rejects.toMatchObject({ code: 'invalid_input' })
      await session.transaction((transaction) => transaction.query('SELECT 1'))
    })
  })
})

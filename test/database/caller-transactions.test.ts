import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Database,
  fromPGlite,
  fromPGliteTransaction,
  fromPg,
  fromPgTransaction,
  type Transaction,
} from '../../src/index.js'
import { openPGlite } from '../support/open-pglite.js'
import { serverUrl } from '../support/server-url.js'

interface Caller {
  /** Begins a transaction as the caller, hands it over, and ends it as the caller. */
  begin(
    work: (transaction: Transaction) => Promise<void>,
    end: 'COMMIT' | 'ROLLBACK',
  ): Promise<void>
  database: Database
  close(): Promise<void>
}

async function onPGlite(): Promise<Caller> {
  const pglite: PGlite = await openPGlite()
  return {
    database: fromPGlite(pglite),
    begin: (work, end) =>
      pglite.transaction(async (transaction) => {
        await transaction.query('INSERT INTO caller VALUES (0)')
        await work(fromPGliteTransaction(transaction))
        if (end === 'ROLLBACK') await transaction.rollback()
      }),
    close: () => pglite.close(),
  }
}

async function onServer(major: number): Promise<Caller> {
  const url = serverUrl(major)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('SET search_path = pg_temp')
  return {
    database: fromPg(client),
    async begin(work, end) {
      await client.query('BEGIN')
      await client.query('INSERT INTO caller VALUES (0)')
      await work(fromPgTransaction(client))
      await client.query(end)
    },
    close: () => client.end(),
  }
}

describe.each([
  ['PGlite', onPGlite],
  ['PostgreSQL 14', () => onServer(14)],
  ['PostgreSQL 18', () => onServer(18)],
])("the caller's own transaction on %s", (_, open) => {
  let caller: Caller
  const values = async () =>
    (await caller.database.query('SELECT n FROM caller ORDER BY n')).rows.map((row) => row.n)

  beforeAll(async () => {
    caller = await open()
    await caller.database.script('CREATE TABLE caller (n int PRIMARY KEY)')
  })
  afterAll(() => caller.close())
  beforeEach(() => caller.database.script('TRUNCATE caller'))

  test('the caller commits it, with what was done inside', async () => {
    await caller.begin(async (transaction) => {
      expect(transaction.kind).toBe('transaction')
      expect(transaction.schema).toBe('public')
      await transaction.query('INSERT INTO caller VALUES ($1)', [1])
      await transaction.script('INSERT INTO caller VALUES (2); INSERT INTO caller VALUES (3)')
      await transaction.transaction((inner) => inner.query('INSERT INTO caller VALUES (4)'))
    }, 'COMMIT')
    expect(await values()).toEqual([0, 1, 2, 3, 4])
  })

  test('the caller rolls it back, with what was done inside', async () => {
    await caller.begin(async (transaction) => {
      await transaction.transaction((inner) => inner.query('INSERT INTO caller VALUES (1)'))
    }, 'ROLLBACK')
    expect(await values()).toEqual([])
  })

  test('an error in a nested part leaves the rest for the caller to commit', async () => {
    await caller.begin(async (transaction) => {
      const part = transaction.transaction(async (inner) => {
        await inner.query('INSERT INTO caller VALUES (1)')
        await inner.query('INSERT INTO caller VALUES (0)')
      })
      await expect(part).rejects.toMatchObject({ code: '23505' })
      await transaction.query('INSERT INTO caller VALUES (2)')
    }, 'COMMIT')
    expect(await values()).toEqual([0, 2])
  })

  test('ending it is left to the caller: COMMIT and ROLLBACK are not even sent', async () => {
    await caller.begin(async (transaction) => {
      for (const text of ['COMMIT', 'rollback', '/* */ END', 'ROLLBACK TO SAVEPOINT x']) {
        await expect(transaction.query(text)).rejects.toMatchObject({ code: 'transaction_failed' })
        await expect(transaction.script(`SELECT 1; ${text}`)).rejects.toMatchObject({
          code: 'transaction_failed',
        })
      }
      await transaction.query('SELECT CASE WHEN true THEN 1 END AS commit')
    }, 'ROLLBACK')
    expect(await values()).toEqual([])
  })

  test('values are decoded as anywhere else', async () => {
    await caller.begin(async (transaction) => {
      const { rows } = await transaction.query(
        "SELECT 1::int8 AS int8, '\\x01'::bytea AS bytea, '2026-01-02'::date AS date, $1::jsonb AS json",
        [{ a: [1] }],
      )
      expect(rows).toStrictEqual([
        { int8: 1n, bytea: Uint8Array.of(1), date: '2026-01-02', json: { a: [1] } },
      ])
    }, 'COMMIT')
  })
})

describe('a client that is in a transaction already', () => {
  test.each([14, 18])(
    'cannot be given one more by fromPg, whose COMMIT would end it, on PostgreSQL %s',
    async (major) => {
      const url = serverUrl(major)
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      const database = fromPg(client)
      await client.query('BEGIN; CREATE TEMPORARY TABLE mine (n int)')
      const refused = { name: 'DriftpinError', code: 'transaction_required_none' }
      await expect(database.transaction(async () => {})).rejects.toMatchObject(refused)
      await client.query('INSERT INTO mine VALUES (1)')
      await client.query('SELECT 1 / 0').catch(() => {})
      await expect(database.transaction(async () => {})).rejects.toMatchObject(refused)
      await client.query('ROLLBACK')
      const { rows } = await database.transaction((one) => one.query('SELECT 1 AS one'))
      expect(rows).toEqual([{ one: 1 }])
      await client.end()
    },
  )
})

test('a pool is no transaction, since its statements go to any of its connections', async () => {
  const pool = new pg.Pool()
  // @ts-expect-error: what the compiler says as well.
  expect(() => fromPgTransaction(pool)).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('pool') }),
  )
  await pool.end()
})

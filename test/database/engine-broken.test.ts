import type { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Database, fromPGlite, fromPGliteTransaction } from '../../src/index.js'
import { crashingJson } from '../support/crashing-json.js'
import { openPGlite } from '../support/open-pglite.js'

const broken = { name: 'DriftpinError', code: 'engine_broken' }

describe('a PGlite that crashed', () => {
  let pglite: PGlite
  let database: Database

  // Each test has another one, which is not disturbed by those that crashed before it.
  beforeEach(async () => {
    pglite = await openPGlite()
    database = fromPGlite(pglite)
    await database.script('CREATE TABLE deep (body jsonb)')
  })
  // A crashed instance may refuse to close too; the process is what ends it then.
  afterEach(() => pglite.close().catch(() => {}))

  test('the crash looks like success to PGlite itself, which is why it is looked for', async () => {
    const answer = await pglite.query('INSERT INTO deep VALUES ($1)', [crashingJson])
    expect(answer).toMatchObject({ rows: [], affectedRows: 0 })
    expect(answer).not.toHaveProperty('command')
  })

  test('the statement is refused, and so is everything after it', async () => {
    const insert = database.query('INSERT INTO deep VALUES ($1)', [crashingJson])
    const first = await insert.catch((error) => error)
    expect(first).toMatchObject(broken)
    expect(first.message).toContain('Close it and open')
    expect(first.cause).toBeTruthy()
    const again = fromPGlite(pglite, { schema: 'other' })
    for (const use of [
      () => database.query('SELECT 1'),
      () => database.script('SELECT 1'),
      () => database.transaction(async () => 'never'),
      () => database.withSession((session) => session.query('SELECT 1')),
      () => database.listen('x', () => {}),
      () => again.query('SELECT 1'),
    ]) {
      await expect(use()).rejects.toBe(first)
    }
  })

  test('in a transaction it rejects with the same, and the callback cannot go on', async () => {
    const seen: unknown[] = []
    const run = database.transaction(async (transaction) => {
      await transaction.query("INSERT INTO deep VALUES ('1')")
      for (const sql of ['INSERT INTO deep VALUES ($1)', 'SELECT $1::text']) {
        seen.push(await transaction.query(sql, [crashingJson]).catch((error) => error))
      }
      throw seen[0]
    })
    await expect(run).rejects.toMatchObject(broken)
    expect(seen).toMatchObject([broken, broken])
    await expect(database.query('SELECT 1')).rejects.toMatchObject(broken)
  })

  test("in the caller's own transaction it is refused there", async () => {
    const run = pglite.transaction(async (transaction) => {
      const ours = fromPGliteTransaction(transaction)
      const insert = ours.query('INSERT INTO deep VALUES ($1)', [crashingJson])
      await expect(insert).rejects.toMatchObject(broken)
      await expect(ours.query('SELECT 1')).rejects.toMatchObject(broken)
    })
    await run.catch(() => {})
  })
})

test('arrays of types that a PGlite learns later stay text, and a closed one is not called broken', async () => {
  const pglite = await openPGlite()
  const early = fromPGlite(pglite)
  const sql = "SELECT ARRAY['1.2.3.4'::inet] AS inets"
  expect((await early.query(sql)).rows).toEqual([{ inets: '{1.2.3.4}' }])
  await early.script("CREATE TYPE mood AS ENUM ('good')")
  await pglite.refreshArrayTypes()
  const { rows } = await early.query("SELECT ARRAY['good'::mood] AS moods")
  expect(rows).toEqual([{ moods: '{good}' }])

  // Closed is not crashed: its own error passes.
  await pglite.close()
  const error = await early.query('SELECT 1').catch((error) => error)
  expect(error).toBeInstanceOf(Error)
  expect(error.name).not.toBe('DriftpinError')
  expect(error.message).toContain('closed')
})

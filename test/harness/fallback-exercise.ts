import { expect } from 'vitest'
import type { Harness, PlainTestDatabase } from '../../src/harness/index.js'

/** What the migrations of these tests are. */
export const sql = 'CREATE TABLE a (n int GENERATED ALWAYS AS IDENTITY, t text); CREATE TABLE b ();'

export const count = 'SELECT count(*)::int AS n, max(n) AS last FROM a'

/** The same for every way to a database, which has one row of a seed. */
export async function exercise(harness: Harness<PlainTestDatabase>) {
  await using db = await harness.createDatabase()
  const rows = async (of = db) => (await of.query(count)).rows
  expect(await rows()).toEqual([{ n: 1, last: 1 }])
  await db.query("INSERT INTO a (t) VALUES ('marked')")
  const mark = await db.mark()
  await db.script("INSERT INTO a (t) VALUES ('gone'); DROP TABLE b; CREATE ROLE other")
  await db.rewind(mark)
  expect(await rows()).toEqual([{ n: 2, last: 2 }])
  expect((await db.query('SELECT count(*)::int AS n FROM b')).rows).toEqual([{ n: 0 }])
  await using fork = await db.fork(mark)
  await fork.query("INSERT INTO a (t) VALUES ('of the fork')")
  expect(await rows(fork)).toEqual([{ n: 3, last: 3 }])
  await db.pglite.exec("BEGIN; INSERT INTO a (t) VALUES ('left open')")
  await db.rewind()
  expect(await rows()).toEqual([{ n: 1, last: 1 }])
  await db.rewind(mark)
  expect(await rows()).toEqual([{ n: 2, last: 2 }])
  await using second = await harness.createDatabase()
  expect(await rows(second)).toEqual([{ n: 1, last: 1 }])
  await expect(second.rewind(mark)).rejects.toMatchObject({ code: 'invalid_input' })
}

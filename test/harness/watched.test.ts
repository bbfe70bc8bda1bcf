import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness({ migrations: false })
})
afterAll(() => harness.close())

test('a transaction of PGlite inside one of its own is told where it waits for itself', async () => {
  await using db = await harness.createDatabase()
  const { pglite } = db
  const nested = pglite.transaction(() => pglite.transaction(async () => {}))
  await expect(nested).rejects.toMatchObject({ code: 'waits_for_itself' })
  expect((await db.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
})

test('a mark that a session stands in the way of says so', async () => {
  await using db = await harness.createDatabase()
  let end = () => {}
  const session = db.withSession(() => new Promise<void>((resolve) => (end = resolve)))
  await expect(db.mark()).rejects.toMatchObject({
    code: 'rewind_impossible',
    message: expect.stringContaining('a session of withSession()'),
  })
  end()
  await session
})

test.each<[string, (db: EmbeddedTestDatabase, work: () => Promise<void>) => Promise<void>]>([
  ['a transaction', (db, work) => db.transaction(work)],
  ['a session', (db, work) => db.withSession(work)],
  ['a transaction of a session', (db, work) => db.withSession((own) => own.transaction(work))],
  ['a transaction of PGlite', (db, work) => db.pglite.transaction(work)],
])('what needs a database at rest is refused at once inside %s of it', async (_, around) => {
  const db = await harness.createDatabase()
  await db.script('CREATE TABLE written (n int)')
  const mark = await db.mark()
  const { pglite } = db
  await around(db, async () => {
    const asked = [
      () => db.mark(),
      () => db.rewind(mark),
      () => db.rewind(),
      () => db.fork(),
      () => db.fork(mark),
      () => db.save('/nowhere/at.all'),
      () => db.close(),
    ]
    for (const ask of asked) {
      await expect(ask(), String(ask)).rejects.toMatchObject({
        code: 'waits_for_itself',
        message: expect.stringContaining('watched.test.ts'),
      })
    }
  })
  // It is as usable as before, and after the end all of them are possible.
  await db.query('INSERT INTO written VALUES (1)')
  await db.rewind(mark)
  expect((await db.query('SELECT * FROM written')).rows).toEqual([])
  expect(db.pglite).toBe(pglite)
  await db.close()
})

test('one database is rewound inside a transaction of another', async () => {
  await using one = await harness.createDatabase()
  await using other = await harness.createDatabase()
  await one.transaction(async () => {
    await other.rewind()
    await (await other.fork(await other.mark())).close()
  })
  await expect(one.rewind()).resolves.toBeUndefined()
})

test('who ends listening by another way of writing a channel hears no more of clients', async () => {
  await using db = await harness.createDatabase()
  const heard: string[] = []
  const handler = (payload: string) => void heard.push(payload)
  await db.pglite.listen('News', handler)
  await db.pool.query("NOTIFY news, 'first'")
  await expect.poll(() => heard).toEqual(['first'])
  await db.pglite.unlisten('news', handler)
  const client = await db.pool.connect()
  await client.query('LISTEN news')
  await db.pool.query("NOTIFY news, 'second'")
  client.release()
  expect(heard).toEqual(['first'])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from '../../src/harness/index.js'

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
  await db.withSession(async () => {
    await expect(db.mark()).rejects.toMatchObject({
      code: 'rewind_impossible',
      message: expect.stringContaining('a session of withSession()'),
    })
  })
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

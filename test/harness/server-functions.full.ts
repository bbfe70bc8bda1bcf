import { describe, expect, test } from 'vitest'
import { type HarnessOptions, openHarness, type TestDatabase } from '../../src/harness/index.js'
import { serverMajors } from '../support/real-server.js'
import { boats, boatyard, insert, suites } from './boatyard.js'
import { useSailor } from './use-sailor.js'

describe.each(serverMajors)('a harness on PostgreSQL %i', (major) => {
  const sailor = useSailor(major)
  const open = (options: HarnessOptions) =>
    openHarness({ server: sailor.url, ...options } as HarnessOptions)

  test('has the tables of driftpin where nothing else is named', async () => {
    await using harness = await open({})
    await using db = await harness.createDatabase()
    const { rows } = await db.query("SELECT to_regclass('chat_context_resources')::text AS name")
    expect(rows).toEqual([{ name: 'chat_context_resources' }])
  })

  test('runs a function once for all who have its key', async () => {
    let runs = 0
    const options = {
      ...boatyard,
      cacheKey: 'one',
      seed: async (db: TestDatabase) => {
        runs += 1
        await insert('Dunbrody')(db)
      },
    }
    for (const time of ['once', 'again']) {
      await using harness = await open(options)
      await using db = await harness.createDatabase()
      expect(await boats(db), time).toEqual(['Dunbrody'])
    }
    expect(runs).toBe(1)
  })

  test('runs a function without a key for itself, and leaves nothing of it', async () => {
    const seed = insert('Endeavour')
    {
      // What the functions begin with is everybody's.
      await using base = await open({ migrations: boatyard.migrations })
      expect(base.settings).toEqual({})
    }
    const before = await sailor.databases()
    await using harness = await open({ ...boatyard, seed })
    await using db = await harness.createDatabase()
    expect(await boats(db)).toEqual(['Endeavour'])
    expect(await sailor.databases()).toHaveLength(before.length + 2)
    await harness.close()
    expect(await sailor.databases()).toEqual(before)
  })

  test.each<[string, HarnessOptions, string]>([
    [
      'a seed that throws',
      {
        seed: async (db) => {
          await insert('Fram')(db)
          throw new Error('the sails are missing')
        },
      },
      'the sails are missing',
    ],
    [
      'a seed that leaves a transaction open',
      {
        seed: async ({ pool }) => {
          const client = await pool.connect()
          await client.query('BEGIN; DELETE FROM boats')
          client.release()
        },
      },
      'it left a transaction open; commit it',
    ],
    ['a seed file that fails', { seed: `${suites}count-chats.mjs` }, 'syntax error'],
  ])('says why it cannot be opened, and leaves nothing: %s', async (_, options, why) => {
    await using base = await open({ migrations: boatyard.migrations })
    const before = await sailor.databases()
    await expect(open({ ...boatyard, ...options } as HarnessOptions)).rejects.toMatchObject({
      code: 'seed_failed',
      message: expect.stringContaining(why),
    })
    expect(await sailor.databases()).toEqual(before)
    await base.close()
  })
})

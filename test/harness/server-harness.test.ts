import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { type HarnessOptions, openHarness, type TestDatabase } from '../../src/harness/index.js'
import { serverMajors } from '../support/real-server.js'
import { urlWith, useSailor } from './use-sailor.js'

const suites = fileURLToPath(new URL('suites/', import.meta.url))
const boatyard = { migrations: `${suites}migrations`, seed: `${suites}seed.sql` }

const boats = async (db: Pick<TestDatabase, 'query'>) =>
  (await db.query<{ name: string }>('SELECT name FROM boats ORDER BY id')).rows.map(
    ({ name }) => name,
  )
const insert = (name: string) => async (db: TestDatabase) => {
  await db.query('INSERT INTO boats (name) VALUES ($1)', [name])
}
const nameOf = async (db: TestDatabase) =>
  (await db.query<{ name: string }>('SELECT current_database()::text AS name')).rows[0]!.name

describe.each(serverMajors)('a harness on PostgreSQL %i', (major) => {
  const sailor = useSailor(major)
  const open = (options: HarnessOptions) => openHarness({ server: sailor.url, ...options })

  test("gives databases that are migrated, seeded, and each its holder's alone", async () => {
    await using harness = await open(boatyard)
    const [one, other] = await Promise.all([harness.fork(), harness.fork()])
    await insert('Calypso')(one)
    expect(await boats(one)).toEqual(['Argo', 'Beagle', 'Calypso'])
    expect(await boats(other)).toEqual(['Argo', 'Beagle'])
    expect(harness.statistics.forks).toBe(2)
    const names = [await nameOf(one), await nameOf(other)]
    await one.close()
    expect(await sailor.databases()).not.toContain(names[0])
    await expect(one.query('SELECT')).rejects.toMatchObject({ code: 'harness_closed' })
    await harness.close()
    expect(await sailor.databases()).not.toContain(names[1])
    await expect(harness.fork()).rejects.toMatchObject({ code: 'harness_closed' })
  })

  test('makes a template once, to which nobody can connect', async () => {
    await using first = await open({ ...boatyard, migrations: `${suites}migrations/` })
    await using second = await open(boatyard)
    expect(first.statistics.imagesBuilt + first.statistics.imagesReused).toBe(1)
    expect(second.statistics).toMatchObject({ imagesBuilt: 0, imagesReused: 1 })
    const templates = (await sailor.databases()).filter((name) => name.includes('template'))
    expect(templates).toHaveLength(1)
    const client = new pg.Client(urlWith(sailor.url, { pathname: templates[0]! }))
    await expect(client.connect()).rejects.toMatchObject({ code: '55000' })
  })

  test('has the tables of driftpin where nothing else is named', async () => {
    await using harness = await open({})
    await using db = await harness.fork()
    const { rows } = await db.query("SELECT to_regclass('chat_context_resources')::text AS name")
    expect(rows).toEqual([{ name: 'chat_context_resources' }])
  })

  test('runs a function once for all who have its key', async () => {
    let runs = 0
    const options = {
      ...boatyard,
      key: 'one',
      seed: async (db: TestDatabase) => {
        runs += 1
        await insert('Dunbrody')(db)
      },
    }
    for (const time of ['once', 'again']) {
      await using harness = await open(options)
      await using db = await harness.fork()
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
    await using db = await harness.fork()
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
    await expect(open({ ...boatyard, ...options })).rejects.toMatchObject({
      code: 'seed_failed',
      message: expect.stringContaining(why),
    })
    expect(await sailor.databases()).toEqual(before)
    await base.close()
  })

  test('has a session, a pool and a URL, and says what it does not have', async () => {
    await using harness = await open(boatyard)
    await using db = await harness.fork()
    await db.script("SET application_name = 'tug'")
    const { rows } = await db.query("SELECT current_setting('application_name') AS name")
    expect(rows).toEqual([{ name: 'tug' }])
    const { rows: pooled } = await db.pool.query('SELECT count(*)::int AS n FROM boats')
    expect(pooled).toEqual([{ n: 2 }])
    await db.pool.end()
    expect((await db.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(new URL(await db.url()).pathname).toBe(`/${await nameOf(db)}`)
    const refused = {
      code: 'isolation_refused',
      message: expect.stringMatching(/^On a server .* Leave the option server out/),
    }
    expect(() => db.pglite).toThrow(expect.objectContaining(refused))
    expect(() => db.clock.set(0)).toThrow(expect.objectContaining(refused))
    expect(Math.abs(db.clock.now().getTime() - Date.now())).toBeLessThan(60_000)
    for (const ask of [
      () => db.mark(),
      () => db.rewind(),
      () => db.fork(),
      () => db.save('kept.image'),
    ]) {
      await expect(ask()).rejects.toMatchObject(refused)
    }
  })
})

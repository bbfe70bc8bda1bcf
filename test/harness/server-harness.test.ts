import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { type HarnessOptions, openHarness, type TestDatabase } from '../../src/harness/index.js'
import { serverMajors } from '../support/real-server.js'
import { urlWith } from '../support/url-with.js'
import { boats, boatyard, insert, suites } from './boatyard.js'
import { useSailor } from './use-sailor.js'

const nameOf = async (db: TestDatabase) =>
  (await db.query<{ name: string }>('SELECT current_database()::text AS name')).rows[0]!.name

describe.each(serverMajors)('a harness on PostgreSQL %i', (major) => {
  const sailor = useSailor(major)
  const open = (options: HarnessOptions) =>
    openHarness({ server: sailor.url, ...options } as HarnessOptions)

  test("gives databases that are migrated, seeded, and each its holder's alone", async () => {
    await using harness = await open(boatyard)
    const [one, other] = await Promise.all([harness.createDatabase(), harness.createDatabase()])
    await insert('Calypso')(one)
    expect(await boats(one)).toEqual(['Argo', 'Beagle', 'Calypso'])
    expect(await boats(other)).toEqual(['Argo', 'Beagle'])
    expect(harness.statistics.databases).toBe(2)
    const names = [await nameOf(one), await nameOf(other)]
    await one.close()
    expect(await sailor.databases()).not.toContain(names[0])
    await expect(one.query('SELECT')).rejects.toMatchObject({ code: 'harness_closed' })
    await harness.close()
    expect(await sailor.databases()).not.toContain(names[1])
    await expect(harness.createDatabase()).rejects.toMatchObject({ code: 'harness_closed' })
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

  test('has a session, a pool and a URL, and no member that an embedded database alone has', async () => {
    await using harness = await open(boatyard)
    await using db = await harness.createDatabase()
    await db.script("SET application_name = 'tug'")
    const { rows } = await db.query("SELECT current_setting('application_name') AS name")
    expect(rows).toEqual([{ name: 'tug' }])
    const { rows: pooled } = await db.pool.query('SELECT count(*)::int AS n FROM boats')
    expect(pooled).toEqual([{ n: 2 }])
    await db.pool.end()
    expect((await db.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(new URL(await db.url()).pathname).toBe(`/${await nameOf(db)}`)
    for (const name of ['pglite', 'clock', 'mark', 'rewind', 'fork', 'save']) {
      expect(name in db, name).toBe(false)
    }
  })
})

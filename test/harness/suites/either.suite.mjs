import { databaseTest } from 'driftpin/vitest'
import { describe, expect } from 'vitest'

// The same file runs in the process and on a server. Every test of it is expected to pass, but for
// those whose names begin with FAILS.

const options = { server: process.env.TEST_SERVER, migrations: 'migrations' }
const test = databaseTest({ ...options, seed: 'seed.sql' })

const names = async (db) => {
  const { rows } = await db.query('SELECT name FROM boats ORDER BY id')
  return rows.map(({ name }) => name)
}
const insert = (db, name) => db.query('INSERT INTO boats (name) VALUES ($1)', [name])

describe('in order', () => {
  test('the database is migrated and seeded', async ({ db }) => {
    expect(await names(db)).toEqual(['Argo', 'Beagle'])
  })

  test('a test may do anything to it', async ({ db }) => {
    await insert(db, 'Calypso')
    await db.script("CREATE TABLE sails (); SET work_mem = '9MB'; RESET work_mem")
    await db.transaction((tx) => insert(tx, 'Dunbrody'))
    expect(await names(db)).toEqual(['Argo', 'Beagle', 'Calypso', 'Dunbrody'])
  })

  test('the next test has it as it was', async ({ db }) => {
    const { rows } = await db.query("SELECT to_regclass('sails') AS sails")
    expect(rows).toEqual([{ sails: null }])
    await insert(db, 'Endeavour')
    expect((await db.query('SELECT max(id) AS id FROM boats')).rows).toEqual([{ id: 3 }])
  })
})

describe('side by side', () => {
  let arrived = 0
  let meet
  const together = new Promise((resolve) => {
    meet = resolve
  })
  for (const name of ['Fram', 'Gjoa']) {
    test.concurrent(`concurrent test ${name} has a database of its own`, async ({ db }) => {
      await insert(db, name)
      arrived += 1
      if (arrived === 2) meet()
      await together
      expect(await names(db)).toEqual(['Argo', 'Beagle', name])
    })
  }
})

test('a pool and a listener are on the same database', async ({ db }) => {
  let hear
  const heard = new Promise((resolve) => {
    hear = resolve
  })
  const stop = await db.listen('horn', hear)
  await db.pool.query("NOTIFY horn, 'twice'")
  expect(await heard).toBe('twice')
  await stop()
  const client = await db.pool.connect()
  await client.query("INSERT INTO boats (name) VALUES ('Hecla')")
  client.release()
  expect(await names(db)).toEqual(['Argo', 'Beagle', 'Hecla'])
  expect(await db.url()).toMatch(/^postgres(ql)?:/)
})

describe('in a transaction', () => {
  test.override('isolation', 'rollback')

  for (const time of ['once', 'again']) {
    test(`nothing of a test is left ${time}`, async ({ db }) => {
      await insert(db, 'Investigator')
      await db.transaction((tx) => insert(tx, 'Jeannette'))
      expect(await names(db)).toEqual(['Argo', 'Beagle', 'Investigator', 'Jeannette'])
      expect(db).not.toHaveProperty('pool')
    })
  }

  test('FAILS with rows in a transaction', async ({ db }) => {
    await insert(db, 'Karluk')
    throw new Error('planted')
  })

  test('and nothing of one that failed', async ({ db }) => {
    expect(await names(db)).toEqual(['Argo', 'Beagle'])
  })
})

let seeds = 0
const seeded = databaseTest({
  ...options,
  seed: async (db) => {
    seeds += 1
    await insert(db, 'Lady Nyassa')
  },
})
for (const time of ['once', 'again']) {
  seeded(`a seed function runs once in the process: ${time}`, async ({ db }) => {
    expect(await names(db)).toEqual(['Lady Nyassa'])
    expect(seeds).toBe(1)
  })
}

let tries = 0
test('a retry begins anew', { retry: 1 }, async ({ db }) => {
  tries += 1
  await insert(db, 'Nautilus')
  expect(await names(db)).toEqual(['Argo', 'Beagle', 'Nautilus'])
  expect(tries).toBe(2)
})

test.fails('a test that is to fail does', async ({ db }) => {
  expect(await names(db)).toEqual([])
})

test('FAILS with rows', async ({ db }) => {
  await insert(db, 'Orca')
  throw new Error('planted')
})

test('FAILS by a transaction that is left open', async ({ db }) => {
  const client = await db.pool.connect()
  await client.query('BEGIN')
  client.release()
})

// Its time has to be enough for its database to be made, on a server that is busy too.
test('FAILS when its time runs out', { timeout: 2000 }, async ({ db }) => {
  await db.query('SELECT pg_sleep(5)')
})

test('and the one after that has a database that answers', async ({ db }) => {
  expect(await names(db)).toEqual(['Argo', 'Beagle'])
})

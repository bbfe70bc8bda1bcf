import { setTimeout as sleep } from 'node:timers/promises'
import { databaseTest } from 'driftpin/vitest'
import { describe, expect } from 'vitest'

const options = { migrations: 'migrations', seed: 'seed.sql' }
const test = databaseTest({ ...options, keepFailed: false })
const never = new Promise(() => {})

/** Defines a test that leaks, and one that finds nothing of that. */
function leaking(what, work) {
  test(`${what} is a leak`, work)
  test(`after ${what} the next test is clean`, async ({ db }) => {
    const { rows } = await db.query(
      `SELECT (SELECT count(*)::int FROM boats) AS boats, current_setting('work_mem') AS memory,
         (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS locks,
         ARRAY(SELECT pg_listening_channels()) AS channels, current_user::text AS "user",
         nullif(current_setting('app.tenant', true), '') AS tenant`,
    )
    const clean = { boats: 2, memory: '4MB', locks: 0, channels: [], user: 'postgres' }
    expect(rows).toEqual([{ ...clean, tenant: null }])
    expect(db.pglite.isInTransaction()).toBe(false)
  })
}

leaking('an open transaction', async ({ db }) => {
  await db.pglite.exec('BEGIN; DELETE FROM boats')
})
leaking('a transaction that never ends', async ({ db }) => {
  db.pglite.transaction(() => never).catch(() => {})
  await sleep(5)
})
leaking('a transaction of the seam that never ends', async ({ db }) => {
  db.transaction(() => never).catch(() => {})
  await sleep(5)
})
leaking('a client of the pool', async ({ db }) => {
  const client = await db.pool.connect()
  await client.query('SET work_mem = 1024')
})
leaking('a transaction of a client that was given back', async ({ db }) => {
  const client = await db.pool.connect()
  await client.query('BEGIN')
  await client.query('DELETE FROM boats')
  client.release()
})
leaking('a query of the pool in flight', async ({ db }) => {
  const client = await db.pool.connect()
  await client.query('BEGIN')
  db.pool.query('DELETE FROM boats').catch(() => {})
  await sleep(20)
  client.release()
})
leaking('a fork', async ({ db }) => {
  const fork = await db.fork()
  await fork.query('DELETE FROM boats')
})
leaking('a LISTEN', async ({ db }) => {
  await db.pglite.query('LISTEN horn')
})
leaking('a listener of PGlite', async ({ db }) => {
  await db.pglite.listen('horn', () => {})
})
leaking('a listener of the seam', async ({ db }) => {
  await db.listen('horn', () => {})
})
leaking('an advisory lock', async ({ db }) => {
  await db.query('SELECT pg_advisory_lock($1)', [3])
})
leaking('an advisory lock in a function', async ({ db }) => {
  await db.query('SELECT moor()')
})
leaking('an advisory lock in a string', async ({ db }) => {
  await db.query('SELECT anchor()')
})
leaking('a setting', async ({ db }) => {
  await db.pglite.exec("SET work_mem = '5MB'")
})
leaking('a setting after a comment', async ({ db }) => {
  await db.pglite.exec("/* boat:7 */ SET work_mem = '5MB'")
})
leaking('a setting in a function', async ({ db }) => {
  await db.query("SELECT steer('north')")
})
leaking('a time zone', async ({ db }) => {
  await db.pglite.exec("SET TIME ZONE 'Asia/Tokyo'")
})
leaking('a setting of the project', async ({ db }) => {
  await db.query("SELECT set_config('app.tenant', 'north', false)")
})
leaking('a role', async ({ db }) => {
  await db.pglite.exec('CREATE ROLE skipper; GRANT SELECT ON boats TO skipper; SET ROLE skipper')
})
leaking('a query in flight', async ({ db }) => {
  db.query('SELECT pg_sleep(0.05)').catch(() => {})
})

describe('what is no leak', () => {
  test('an UPDATE that sets', async ({ db }) => {
    await db.query("UPDATE boats\nSET name = 'Otago'")
    await db.query("INSERT INTO boats (name) VALUES ('; SET sail')")
  })
  test('transactions that end', async ({ db }) => {
    await db.pglite.exec('BEGIN; DELETE FROM boats; COMMIT')
    await db.pglite.exec('BEGIN; SELECT 1; ROLLBACK')
    await db.transaction((tx) => tx.query('SELECT 1'), { isolation: 'serializable' })
    await db.pglite.transaction((tx) => tx.query('SELECT 1'))
    await expect(db.transaction((tx) => tx.query('SELECT 1 / 0'))).rejects.toThrow()
  })
  test('a setting of a transaction', async ({ db }) => {
    await db.transaction(async (tx) => {
      await tx.script("SET LOCAL work_mem = '9MB'; SET TRANSACTION READ ONLY")
      await tx.query("SELECT set_config('app.tenant', 'south', true)")
    })
  })
  test('an advisory lock of a transaction', async ({ db }) => {
    await db.transaction((tx) => tx.query('SELECT pg_advisory_xact_lock(5)'))
  })
  test('what is ended in the test', async ({ db }) => {
    const end = await db.listen('horn', () => {})
    await end()
    await db.pglite.exec("SET work_mem = '5MB'; RESET work_mem; LISTEN horn; UNLISTEN horn")
    await db.query('SELECT pg_advisory_lock(3), pg_advisory_unlock(3)')
  })
})

for (const leaks of ['warn', 'off']) {
  const told = databaseTest({ ...options, leaks })
  told(`a leak passes where leaks is ${leaks}`, async ({ db }) => {
    await db.pglite.exec("BEGIN; SET work_mem = '5MB'")
  })
  told(`and the next test is clean where leaks is ${leaks}`, async ({ db }) => {
    expect(db.pglite.isInTransaction()).toBe(false)
    const { rows } = await db.query("SELECT current_setting('work_mem') AS memory")
    expect(rows).toEqual([{ memory: '4MB' }])
  })
}

for (const isolation of ['fork', 'rollback']) {
  const other = databaseTest({ ...options, isolation, keepFailed: false })
  other(`a setting is a leak with isolation ${isolation}`, async ({ db }) => {
    if (isolation === 'fork') await db.pglite.exec("SET work_mem = '5MB'")
    else await db.query('SELECT pg_advisory_lock(3)')
  })
  other(`after it the next test is clean with isolation ${isolation}`, async ({ db }) => {
    const { rows } = await db.query(
      "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'",
    )
    expect(rows).toEqual([{ n: 0 }])
  })
}

test('a statement that waits for the transaction around it is told so', async ({ db }) => {
  await db.pglite.transaction(async () => {
    await db.pglite.query('SELECT 17')
  })
})
test('after which the next test has a database', async ({ db }) => {
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

import { test } from 'driftpin/vitest'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { addChat, countChats } from './count-chats.mjs'

// Every test of this file is expected to pass, but for those whose names begin with FAILS.

describe('in order', () => {
  test('the database is migrated and empty', async ({ db }) => {
    const { rows } = await db.query("SELECT to_regclass('chat_context_resources')::text AS name")
    expect(rows).toEqual([{ name: 'chat_context_resources' }])
    expect(await countChats(db)).toBe(0)
  })

  test('a test may do anything to it', async ({ db }) => {
    await addChat(db)
    await db.script('CREATE TABLE boats (); DROP TABLE chat_heartbeats; CREATE ROLE skipper')
    expect(await countChats(db)).toBe(1)
  })

  test('the next test has it as it was', async ({ db }) => {
    expect(await countChats(db)).toBe(0)
    const { rows } = await db.query(
      `SELECT to_regclass('boats') AS boats, to_regclass('chat_heartbeats')::text AS beats,
              EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'skipper') AS role`,
    )
    expect(rows).toEqual([{ boats: null, beats: 'chat_heartbeats', role: false }])
  })
})

describe('side by side', () => {
  let arrived = 0
  let meet
  const together = new Promise((resolve) => {
    meet = resolve
  })
  for (const name of ['one', 'two']) {
    test.concurrent(`concurrent test ${name} has a database of its own`, async ({ db }) => {
      await addChat(db)
      arrived += 1
      if (arrived === 2) meet()
      await together
      expect(await countChats(db)).toBe(1)
    })
  }
})

describe('with another isolation', () => {
  test.override('isolation', 'rollback')

  test('a part of a file can have it', async ({ db }) => {
    await addChat(db)
    expect(db).not.toHaveProperty('pglite')
  })

  describe('and a part of that yet another', () => {
    test.override('isolation', 'fork')

    test('which is the innermost', async ({ db }) => {
      expect(await countChats(db)).toBe(0)
      expect(db.pglite.closed).toBe(false)
    })
  })
})

describe('around a test', () => {
  beforeEach(async ({ db }) => {
    await addChat(db, 'from beforeEach')
  })

  afterEach(async ({ db }) => {
    expect(await countChats(db)).toBeGreaterThan(0)
  })

  test('beforeEach has the database of the test', async ({ db }) => {
    expect(await countChats(db)).toBe(1)
  })

  test('and has it anew for each', async ({ db }) => {
    expect(await countChats(db)).toBe(1)
  })
})

describe('kinds of tests', () => {
  let tries = 0
  test('a retry begins anew', { retry: 2 }, async ({ db }) => {
    tries += 1
    expect(await countChats(db)).toBe(0)
    await addChat(db)
    expect(tries).toBe(3)
  })

  let repeats = 0
  test('a repeat begins anew', { repeats: 2 }, async ({ db }) => {
    repeats += 1
    await addChat(db)
    expect(await countChats(db)).toBe(1)
    expect(repeats).toBeLessThan(4)
  })

  test.fails('a test that is to fail does', async ({ db }) => {
    expect(await countChats(db)).toBe(1)
  })

  test.skip('a skipped test opens nothing', async ({ db }) => {
    await addChat(db)
  })

  test('FAILS and leaves rows', async ({ db }) => {
    await addChat(db)
    expect(await countChats(db)).toBe(2)
  })

  test('the test after a failed one begins anew', async ({ db }) => {
    expect(await countChats(db)).toBe(0)
  })

  test('a test without a database needs none', () => {})
})

describe('fake timers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('hang nothing and do not fool the time of SQL', async ({ db }) => {
    vi.useFakeTimers({ now: 0 })
    await addChat(db)
    await db.transaction(async (tx) => {
      await tx.query('SELECT 1')
    })
    const { rows } = await db.query('SELECT extract(year FROM now())::int AS year')
    expect(rows[0].year).toBeGreaterThan(2024)
    expect(new Date().getFullYear()).toBe(1970)
    await db.rewind()
    expect(await countChats(db)).toBe(0)
  })

  test('may be left on', { timeout: 20_000 }, async ({ db }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance', 'Date'] })
    expect(await countChats(db)).toBe(0)
  })
})

describe('time runs out', () => {
  test('FAILS in a statement that is slow', { timeout: 100 }, async ({ db }) => {
    await addChat(db)
    await db.query('SELECT pg_sleep(0.4)')
  })

  test('FAILS in a transaction that waits for what never comes', { timeout: 100 }, ({ db }) =>
    db.transaction(async (tx) => {
      await tx.query('SELECT 1')
      await new Promise(() => {})
    }),
  )

  test('the test after that has a database that answers', async ({ db }) => {
    expect(await countChats(db)).toBe(0)
  })
})

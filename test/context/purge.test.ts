import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import { archive, createChat, type Database, purge, purgeExpired } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { holdLock } from './hold-lock.js'
import { refusal } from './refusal.js'

describe.each(engineNames)('purging on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeEach(async () => {
    database ??= await engine.install()
    await database.query(`DELETE FROM "${database.schema}".chats`)
  })

  /** An archived chat of this time. */
  async function makeArchived(now: string, id = randomUUID()): Promise<string> {
    await createChat(database, { id, ownerId: randomUUID(), now })
    await archive(database, { chatId: id, now })
    return id
  }
  const ids = async (work: ReturnType<typeof purge>) => (await work).purged.map(({ id }) => id)

  test('a Date in place of the parameters is refused, and nothing is purged', async () => {
    const database = await engine.install()
    const never = purgeExpired(database, new Date() as never)
    await expect(never).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('takes archived chats strictly before the time, to the microsecond', async () => {
    const time = (micros: number) => `2026-01-01T00:00:00.${String(micros).padStart(6, '0')}Z`
    const made: string[] = []
    for (const micros of [0, 1, 999, 1000, 1001]) made.push(await makeArchived(time(micros)))
    const kept = await createChat(database, { ownerId: randomUUID(), now: '2020-01-01T00:00:00Z' })
    expect(await ids(purge(database, { before: time(0) }))).toStrictEqual([])
    expect(await ids(purge(database, { before: time(1) }))).toStrictEqual([made[0]])
    expect(await ids(purge(database, { before: time(1000) }))).toStrictEqual(made.slice(1, 3))
    const later = new Date('2026-01-01T00:00:00.002Z')
    expect(await ids(purge(database, { before: later }))).toStrictEqual(made.slice(3))
    const { rows } = await database.query(`SELECT id FROM "${database.schema}".chats`)
    expect(rows).toStrictEqual([{ id: kept.chat.id }])
  })

  test('takes the oldest first, ties by id, and never more than the limit', async () => {
    const tied: string[] = []
    for (let n = 0; n < 6; n++) tied.push(await makeArchived('2026-01-01T00:00:00.000001Z'))
    const oldest = await makeArchived('2026-01-01T00:00:00Z')
    const newest = await makeArchived('2026-01-01T00:00:00.000002Z')
    const expected = [oldest, ...tied.toSorted(), newest]
    const before = '2026-02-01T00:00:00Z'
    for (const limit of [1, 3, 4]) {
      const taken = expected.splice(0, limit)
      expect(await ids(purge(database, { before, limit }))).toStrictEqual(taken)
    }
    expect(await ids(purge(database, { before, limit: 1000 }))).toStrictEqual([])
  })

  test('of expired chats goes by days of 24 hours, batch after batch', async () => {
    const now = '2026-03-31T12:00:00.000001Z'
    const expired = ['2026-03-01T12:00:00.000000Z', '2020-01-01T00:00:00Z', '2026-02-28T00:00:00Z']
    for (const time of expired) await makeArchived(time)
    const edge = await makeArchived('2026-03-01T12:00:00.000001Z')
    const result = await purgeExpired(database, { now, limit: 2 })
    expect(result).toStrictEqual({ purged: 3, batches: 2, busy: false })
    const { rows } = await database.query(`SELECT id FROM "${database.schema}".chats`)
    expect(rows).toStrictEqual([{ id: edge }])
    const day = await purgeExpired(database, { now, retentionDays: 31 })
    expect(day).toStrictEqual({ purged: 0, batches: 0, busy: false })
    expect(await purgeExpired(database, { now, retentionDays: 29 })).toMatchObject({ purged: 1 })
    await makeArchived(new Date().toISOString())
    expect(await purgeExpired(database)).toMatchObject({ purged: 0, busy: false })
    await makeArchived('2020-01-01T00:00:00Z')
    expect(await purgeExpired(database)).toMatchObject({ purged: 1, busy: false })
  })

  test('with 0 days of retention keeps everything', async () => {
    await makeArchived('2001-01-01T00:00:00Z')
    const before = await digestRows(database)
    const result = await purgeExpired(database, { retentionDays: 0 })
    expect(result).toStrictEqual({ purged: 0, batches: 0, busy: false })
    expect(await digestRows(database)).toStrictEqual(before)
  })

  test.each(['Europe/Berlin', 'America/New_York', 'UTC'])(
    'is not moved by a change to summer time in %s',
    async (zone) => {
      const inside = await makeArchived('2026-03-08T12:00:00.000000Z')
      await makeArchived('2026-03-08T11:59:59.999999Z')
      await database.withSession(async (session) => {
        await session.query("SELECT set_config('TimeZone', $1, false)", [zone])
        const now = '2026-04-07T12:00:00Z'
        expect(await purgeExpired(session, { now })).toMatchObject({ purged: 1 })
        await session.script('RESET TimeZone')
      })
      const { rows } = await database.query(`SELECT id FROM "${database.schema}".chats`)
      expect(rows).toStrictEqual([{ id: inside }])
    },
  )

  test('of expired chats is refused inside a transaction', async () => {
    await makeArchived('2001-01-01T00:00:00Z')
    const before = await digestRows(database)
    await database.transaction(async (transaction) => {
      await refusal(purgeExpired(transaction), 'transaction_required_none')
    })
    expect(await digestRows(database)).toStrictEqual(before)
  })

  test('leaves the work to another session that is at it, if there can be one', async () => {
    await makeArchived('2001-01-01T00:00:00Z')
    if (!engine.concurrent) {
      expect(await purgeExpired(database)).toMatchObject({ purged: 1, busy: false })
      return
    }
    const key = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))'
    const held = await holdLock(database, key, [`driftpin purge ${database.schema}`])
    const before = await digestRows(database)
    expect(await purgeExpired(database)).toStrictEqual({ purged: 0, batches: 0, busy: true })
    expect(await digestRows(database)).toStrictEqual(before)
    const other = engine.database('another schema')
    await other.script('CREATE SCHEMA "another schema"')
    await other.script('CREATE TABLE "another schema".chats (LIKE "install 1".chats)')
    expect(await purgeExpired(other)).toMatchObject({ busy: false })
    await held.release()
    expect(await purgeExpired(database)).toMatchObject({ purged: 1, busy: false })
  })

  test('by two processes at once deletes every chat once', async () => {
    for (let n = 0; n < 12; n++) await makeArchived('2001-01-01T00:00:00Z')
    const both = await Promise.all([1, 2].map(() => purgeExpired(database, { limit: 2 })))
    expect(both[0]!.purged + both[1]!.purged).toBe(12)
    expect(both.filter(({ busy }) => busy).length).toBeLessThan(2)
  })
})

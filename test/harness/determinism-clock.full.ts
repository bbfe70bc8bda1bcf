import { expect, test } from 'vitest'
import { type EmbeddedTestDatabase, openHarness, openImage } from '../../src/harness/index.js'
import { useCacheFolder } from './cache-folder.js'

const folder = useCacheFolder()

/** What SQL takes the time to be, in milliseconds, each in its own way. */
async function times(db: EmbeddedTestDatabase) {
  const { rows } = await db.query<Record<string, number>>(
    `SELECT (extract(epoch FROM now()) * 1000)::float8 AS now,
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock,
       (extract(epoch FROM uuid_extract_timestamp(uuidv7())) * 1000)::float8 AS uuid,
       (extract(epoch FROM made) * 1000)::float8 AS made FROM a`,
  )
  return rows[0]!
}

test('a test clock rules the time of SQL, and of nothing else', async () => {
  const migrations = await folder.migrations(
    'm',
    'CREATE TABLE a (made timestamptz DEFAULT now()); INSERT INTO a DEFAULT VALUES;',
  )
  await using harness = await openHarness({
    migrations,
    cacheDirectory: folder.path('images'),
    clock: 'test',
  })
  await using db = await harness.createDatabase()
  const start = Date.UTC(2026, 0, 1)
  // Within a session PostgreSQL lets no uuidv7() be earlier than the one before it.
  const at = (ms: number, uuid = ms) => ({ now: ms, clock: ms, uuid, made: start })
  expect(db.clock.now()).toEqual(new Date(start))
  expect(await times(db)).toEqual(at(start))

  db.clock.advance(1500)
  expect(await times(db)).toEqual(at(start + 1500))
  db.clock.advance(-86_400_000)
  expect(db.clock.now()).toEqual(new Date(start + 1500 - 86_400_000))
  expect(await times(db)).toEqual(at(start + 1500 - 86_400_000, start + 1500))

  const later = new Date('2030-02-28T23:59:59.999Z')
  db.clock.set(later)
  expect(await times(db)).toEqual(at(later.getTime()))
  const mark = await db.mark()
  db.clock.set(Date.UTC(1999, 11, 31))
  expect(await times(db)).toEqual(at(Date.UTC(1999, 11, 31), later.getTime()))
  await db.rewind()
  db.clock.set(Date.UTC(1999, 11, 31))
  expect(await times(db)).toEqual(at(Date.UTC(1999, 11, 31)))

  await using fork = await db.fork(mark)
  expect(await times(fork)).toEqual(at(later.getTime()))
  fork.clock.advance(1)
  await db.rewind(mark)
  expect(db.clock.now()).toEqual(later)
  expect(await times(db)).toEqual(at(later.getTime()))
  await db.rewind()
  expect(await times(db)).toEqual(at(start))

  // The process has its own time all along, which a clock that is set to nothing follows.
  expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000)
  db.clock.set(undefined)
  expect(Math.abs((await times(db)).clock! - Date.now())).toBeLessThan(60_000)
  expect(() => db.clock.advance(1)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  for (const time of [Number.NaN, new Date('nonsense'), Number.POSITIVE_INFINITY]) {
    expect(() => db.clock.set(time)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  }

  await using other = await harness.createDatabase()
  expect(await times(other)).toEqual(at(start))
})

test('a database that is saved while its clock stands opens with the clock where it stood', async () => {
  await using harness = await openHarness({
    migrations: false,
    cacheDirectory: folder.path('images'),
    clock: 'test',
  })
  await using db = await harness.createDatabase()
  db.clock.set(new Date('2031-05-06T07:08:09.123Z'))
  const path = folder.path('stopped.image')
  await db.save(path)
  await using opened = await openImage(path)
  const { rows } = await opened.query('SELECT clock_timestamp() AS now')
  expect(rows).toEqual([{ now: new Date('2031-05-06T07:08:09.123Z') }])
})

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EmbeddedTestDatabase } from '../../src/harness/index.js'
import { type Harness, openHarness } from '../../src/harness/index.js'
import { compareHostStates, readHostState } from './host-state.js'

let harness: Harness
let db: EmbeddedTestDatabase

beforeAll(async () => {
  harness = await openHarness({ migrations: false })
  db = await harness.createDatabase()
  // The queues of PGlite's locks exist from their first use, and the number that AsyncLocalStorage
  // gives a promise from its first use inside of `run`.
  await db.script('SELECT 1')
  return () => harness.close()
})
beforeEach(() => db.rewind())
afterAll(() => expect(harness.statistics.replaced).toEqual({}))

/** Sorts more than fits into memory, so that temporary files are open. */
const spill = `SET work_mem = '64kB'; BEGIN;
  DECLARE spilled CURSOR FOR SELECT i FROM generate_series(1, 200000) i ORDER BY md5(i::text);
  FETCH 1 FROM spilled; CREATE TABLE made AS SELECT 1 AS n`

const openPaths = () =>
  db.pglite.Module.FS.streams.flatMap((stream: { path: string } | null) => stream?.path ?? [])

test('a rewind closes the files that were opened at numbers which the table of files left out', async () => {
  const { streams } = db.pglite.Module.FS
  for (let fd = 0; fd < streams.length; fd++) if (!streams[fd]) delete streams[fd]
  streams.length += 8
  const mark = await db.mark()
  const before = { paths: openPaths(), state: readHostState(db.pglite) }
  await db.pglite.exec(spill)
  expect(openPaths()).toContainEqual(expect.stringContaining('pgsql_tmp'))
  await db.rewind(mark)
  expect(openPaths()).toEqual(before.paths)
  expect(compareHostStates(before.state, readHostState(db.pglite))).toEqual([])
  await db.query("SET app.tenant = 'seven'")
  await using fork = await db.fork(await db.mark())
  const { rows } = await fork.query("SELECT current_setting('app.tenant', true) AS tenant")
  expect(rows).toEqual([{ tenant: 'seven' }])
  expect(harness.statistics.fallbacks).toEqual({})
})

test('a rewind keeps the parsers of all keys, and the table itself where nothing changed it', async () => {
  const { parsers } = db.pglite
  const before = { ...parsers }
  expect(Object.keys(before)).toContain('bytea')
  await db.rewind()
  expect(db.pglite.parsers).toBe(parsers)
  parsers.bytea = () => 'of a test'
  parsers['999999'] = () => 'of a test'
  delete parsers.json
  await db.rewind()
  expect(db.pglite.parsers).toEqual(before)
  expect(Object.keys(db.pglite.parsers)).toEqual(Object.keys(before))
})

test('arrays of a type are read as text by the seam, whatever types were there before a rewind', async () => {
  const moods = async (name: string) => {
    await db.script(`CREATE TYPE ${name} AS ENUM ('glad')`)
    await db.pglite.refreshArrayTypes()
    return (await db.query(`SELECT ARRAY['glad']::${name}[] AS moods`)).rows
  }
  expect(await moods('before')).toEqual([{ moods: '{glad}' }])
  await db.rewind()
  // The next type has another number, and the table as many entries as before.
  await db.script('CREATE SEQUENCE skipped; CREATE SEQUENCE skipped_too')
  expect(await moods('after')).toEqual([{ moods: '{glad}' }])
})

test('a rewind empties pipes, and puts the environment and the working directory back', async () => {
  const before = readHostState(db.pglite)
  const { FS } = db.pglite.Module
  const end = FS.streams.find(
    (stream: { path: string; flags: number } | null) =>
      stream?.path.startsWith('pipe[') && stream.flags === 1,
  )
  FS.write(end, Buffer.from('left'), 0, 4)
  db.pglite.ENV.DRIFTPIN = 'left'
  db.pglite.ENV.TZ = 'Asia/Kolkata'
  FS.chdir('/tmp')
  expect(compareHostStates(before, readHostState(db.pglite)).length).toBeGreaterThan(3)
  await db.rewind()
  expect(compareHostStates(before, readHostState(db.pglite))).toEqual([])
})

test('a fork that cannot have the session of its mark says so, with the reason', async () => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  await db.script("LOAD '/pglite/lib/postgresql/pgoutput.so'; SET app.tenant = 'seven'")
  const mark = await db.mark()
  await using fork = await db.fork(mark)
  const { rows } = await fork.query("SELECT current_setting('app.tenant', true) AS tenant")
  expect(rows).toEqual([{ tenant: null }])
  expect(await warned).toMatchObject({
    name: 'DriftpinWarning',
    message: expect.stringMatching(/not the session.*a module was loaded while the engine ran/s),
  })
  const [reason] = Object.keys(harness.statistics.fallbacks)
  expect(reason).toContain('a module was loaded while the engine ran')
})

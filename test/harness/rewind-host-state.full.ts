import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedTestDatabase, Harness } from '../../src/harness/index.js'
import { compareHostStates, type HostState, readHostState } from './host-state.js'
import { catalogKinds } from './rewind-catalog-kinds.js'
import { contentKinds } from './rewind-content-kinds.js'
import { dirty, type RewindKind } from './rewind-kind.js'
import { sessionKinds } from './rewind-session-kinds.js'
import { openRewindHarness } from './rewind-start.js'

let harness: Harness
let db: EmbeddedTestDatabase
let before: HostState

/** States that only JavaScript sees. */
const hostKinds: readonly Omit<RewindKind, 'seen'>[] = [
  {
    what: 'queries of a pool, and an error',
    dirty: async ({ pool }) => {
      await pool.query('SELECT 1')
      await pool.query('SELECT 1 / 0').catch(() => {})
    },
  },
  {
    what: 'listeners of every kind',
    dirty: async (db) => {
      await db.pglite.listen('news', () => {})
      db.pglite.onNotification(() => {})
      await db.listen('news', () => {})
    },
  },
  {
    what: 'libraries that are opened',
    dirty: `LOAD '/pglite/lib/postgresql/plpgsql.so'; DO $$ BEGIN PERFORM 1; END $$;
      SELECT to_tsvector('english', 'cats')`,
  },
  {
    what: 'COPY to a file and to a blob',
    dirty: `COPY (SELECT generate_series(1, 9999)) TO '/tmp/copied'; COPY (SELECT 1) TO '/dev/blob'`,
  },
  {
    what: 'messages of the protocol',
    dirty: ({ pglite }) => pglite.execProtocolRaw(Buffer.from([0x53, 0, 0, 0, 4])),
  },
  {
    what: 'types of arrays that were learnt',
    dirty: async ({ pglite }) => {
      await pglite.exec("CREATE TYPE mood AS ENUM ('glad')")
      await pglite.refreshArrayTypes()
    },
  },
  {
    what: 'a cursor in the middle of temporary files',
    dirty: `SET work_mem = '64kB'; BEGIN; DECLARE spilled CURSOR FOR
      SELECT i FROM generate_series(1, 200000) i ORDER BY md5(i::text); FETCH 1 FROM spilled`,
  },
]

beforeAll(async () => {
  harness = await openRewindHarness()
  db = await harness.createDatabase()
  // What a PGlite gets at the first use of something, it has by now.
  await db.pool.query('SELECT 1')
  await db.pglite.listen('news', () => {})
  await db.pglite.refreshArrayTypes()
  await db.rewind()
  before = readHostState(db.pglite)
})
afterAll(async () => {
  expect(harness.statistics).toMatchObject({ replaced: {}, fallbacks: {} })
  await harness.close()
})

test.each([...hostKinds, ...sessionKinds, ...contentKinds, ...catalogKinds])(
  'JavaScript remembers nothing of $what',
  async (kind) => {
    await dirty(kind as RewindKind, db)
    await db.rewind()
    expect(compareHostStates(before, readHostState(db.pglite))).toEqual([])
  },
)

import pg from 'pg'
import { expect, test } from 'vitest'
import { openPGlite } from '../support/open-pglite.js'
import { useDatabase } from './support-database.js'
import { configOf, connect, doors, openDoor, serveForTest } from './support-doors.js'

const database = useDatabase()

/** What a new session of a server has, and what all that resets a session goes back to. */
const ofServer = '"$user", public'

const searchPathOf = async (client: pg.ClientBase) =>
  (await client.query('SHOW search_path')).rows[0].search_path

test.each(doors)('the search path is the one of a server through %s', async (name) => {
  const { client } = await openDoor(database.db, name)
  const [one, other] = [await client(), await client()]
  expect(await searchPathOf(one)).toBe(ofServer)
  for (const reset of [
    'RESET search_path',
    'RESET ALL',
    'DISCARD ALL',
    'SET search_path TO DEFAULT',
    "SELECT set_config('search_path', NULL, false)",
  ]) {
    await one.query('SET search_path = pg_catalog')
    expect(await searchPathOf(other)).toBe(ofServer)
    await one.query(reset)
    expect(await searchPathOf(one), reset).toBe(ofServer)
  }
  await one.query('SET search_path = pg_catalog')
  const results = (await one.query(
    'BEGIN; RESET search_path; SHOW search_path; ROLLBACK',
  )) as unknown as pg.QueryResult[]
  expect(results[2]!.rows).toEqual([{ search_path: ofServer }])
  expect(await searchPathOf(one)).toBe('pg_catalog')
})

test.each(doors)(
  'a name without a schema is looked up in the schema of the user first through %s',
  async (name) => {
    const db = await database.createDatabase()
    await db.script(`CREATE ROLE app LOGIN; CREATE SCHEMA app AUTHORIZATION app;
      CREATE TABLE public.accounts AS SELECT 'public' AS found;
      CREATE TABLE app.accounts AS SELECT 'app' AS found;
      GRANT SELECT ON public.accounts, app.accounts TO app`)
    const { client } = await openDoor(db, name)
    const [owner, user] = [await client(), await client()]
    await user.query('SET SESSION AUTHORIZATION app')
    const found = 'SELECT found, current_schema() AS schema FROM accounts'
    expect((await user.query(found)).rows).toEqual([{ found: 'app', schema: 'app' }])
    expect((await owner.query(found)).rows).toEqual([{ found: 'public', schema: 'public' }])
    await user.query('CREATE TABLE own ()')
    const places =
      "SELECT relnamespace::regnamespace::text AS place FROM pg_class WHERE relname = 'own'"
    expect((await owner.query(places)).rows).toEqual([{ place: 'app' }])
  },
)

test('a user of a served PGlite begins in its own schema', async () => {
  const pglite = await openPGlite()
  const server = await serveForTest(pglite, 'TCP')
  const owner = await connect(configOf(server))
  await owner.query('CREATE ROLE app LOGIN; CREATE SCHEMA app AUTHORIZATION app')
  const user = await connect({ ...configOf(server), user: 'app' })
  expect(await searchPathOf(user)).toBe(ofServer)
  await user.query('CREATE TABLE own ()')
  expect((await owner.query("SELECT to_regclass('app.own') AS own")).rows).toEqual([
    { own: 'app.own' },
  ])
  // What its role, or the client itself, asks for comes before.
  await owner.query('ALTER ROLE app SET search_path = pg_catalog')
  const next = await connect({ ...configOf(server), user: 'app' })
  expect(await searchPathOf(next)).toBe('pg_catalog')
  const asking = new pg.Client({ ...configOf(server), options: '-c search_path=public' })
  await asking.connect()
  expect(await searchPathOf(asking)).toBe('public')
  await asking.end()
})

test('a search path that PGlite itself has set stays its own', async () => {
  const pglite = await openPGlite()
  await pglite.exec('SET search_path = pg_catalog')
  const client = await connect(configOf(await serveForTest(pglite, 'TCP')))
  const own = async () => (await pglite.query('SHOW search_path')).rows
  expect(await own()).toEqual([{ search_path: 'pg_catalog' }])
  expect(await searchPathOf(client)).toBe(ofServer)
  await pglite.exec('RESET search_path')
  expect(await own()).toEqual([{ search_path: ofServer }])
})

test('a rewind to before the first client keeps the search path of a server', async () => {
  const db = await database.createDatabase()
  const mark = await db.mark()
  expect((await db.pool.query('SHOW search_path')).rows).toEqual([{ search_path: ofServer }])
  await db.rewind(mark)
  expect((await db.pool.query('SHOW search_path')).rows).toEqual([{ search_path: ofServer }])
  expect((await db.query('SHOW search_path')).rows).toEqual([{ search_path: ofServer }])
})

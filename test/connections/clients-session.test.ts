import { expect, onTestFinished, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, openDoor } from './support-doors.js'

const database = useDatabase()

/**
 * What a client does to its session, what it sees of that, and what everybody else sees. A name of
 * one's own that was ever set is there for all, and empty: PostgreSQL knows no way to take it away.
 */
const changes: { what: string; change: string; see: string; own: unknown; others: unknown }[] = [
  {
    what: 'a setting',
    change: "SET work_mem = '7MB'",
    see: "SELECT current_setting('work_mem') AS seen",
    own: '7MB',
    others: '4MB',
  },
  {
    what: 'a setting made by a function',
    change: "SELECT set_config('statement_timeout', '1234', false)",
    see: "SELECT current_setting('statement_timeout') AS seen",
    own: '1234ms',
    others: '0',
  },
  {
    what: 'a setting of a name of its own',
    change: "SET app.tenant = 'the first, ''quoted'' \\'",
    see: "SELECT coalesce(current_setting('app.tenant', true), '') AS seen",
    own: "the first, 'quoted' \\",
    others: '',
  },
  {
    what: 'a setting that a DO block sets',
    change: "DO $$ BEGIN PERFORM set_config('app.done', 'yes', false); END $$",
    see: "SELECT coalesce(current_setting('app.done', true), '') AS seen",
    own: 'yes',
    others: '',
  },
  {
    what: 'a setting that a function of the project sets',
    change: "SELECT remember('yes')",
    see: "SELECT coalesce(current_setting('app.remembered', true), '') AS seen",
    own: 'yes',
    others: '',
  },
  {
    what: 'the search path',
    change: 'SET search_path = elsewhere, public',
    see: 'SELECT value AS seen FROM placed',
    own: 'elsewhere',
    others: 'public',
  },
  {
    what: 'the time zone',
    change: "SET TIME ZONE 'Asia/Kathmandu'",
    see: "SELECT '2026-01-01 00:00Z'::timestamptz::text AS seen",
    own: '2026-01-01 05:45:00+05:45',
    others: '2026-01-01 00:00:00+00',
  },
  {
    what: 'a role',
    change: 'SET ROLE reader',
    see: "SELECT current_user || ' of ' || session_user AS seen",
    own: 'reader of postgres',
    others: 'postgres of postgres',
  },
  {
    what: 'another user',
    change: 'SET SESSION AUTHORIZATION reader',
    see: "SELECT current_user || ' of ' || session_user AS seen",
    own: 'reader of reader',
    others: 'postgres of postgres',
  },
  {
    what: 'the default of its transactions',
    change: 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE',
    see: `SELECT current_setting('transaction_read_only') || ' ' ||
      current_setting('transaction_isolation') AS seen`,
    own: 'on serializable',
    others: 'off read committed',
  },
  {
    what: 'how texts are written',
    change: 'SET standard_conforming_strings = off; SET escape_string_warning = off',
    see: "SELECT length('\\\\') AS seen",
    own: 1,
    others: 2,
  },
]

const setUp = `CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.placed AS SELECT 'elsewhere' AS value;
  CREATE TABLE placed AS SELECT 'public' AS value; CREATE ROLE reader;
  GRANT SELECT ON placed TO reader;
  CREATE FUNCTION remember(text) RETURNS text LANGUAGE plpgsql AS
    'BEGIN RETURN set_config(''app.remembered'', $1, false); END'`

test.each(doors)(
  'what a client sets is seen by itself at each of its turns, and by nobody else, through %s',
  async (name) => {
    const db = await database.createDatabase()
    await db.script(setUp)
    const door = await openDoor(db, name)
    const idle = await door.client()
    for (const { what, change, see, own, others } of changes) {
      const client = await door.client()
      await client.query(change)
      const seen = async (one: { query(sql: string): Promise<{ rows: unknown[] }> }) =>
        (await one.query(see)).rows
      for (let turn = 0; turn < 3; turn++) {
        expect(await seen(client), what).toEqual([{ seen: own }])
        expect(await seen(idle), what).toEqual([{ seen: others }])
        expect((await db.pglite.query(see)).rows, what).toEqual([{ seen: others }])
      }
      await client.query('RESET SESSION AUTHORIZATION')
      await client.query('DISCARD ALL')
      expect(await seen(client), `${what}, discarded`).toEqual([{ seen: others }])
    }
  },
)

test.each(doors)(
  'what PGlite itself sets is seen by no client, and stays, through %s',
  async (name) => {
    const db = await database.createDatabase()
    await db.script(setUp)
    const client = await (await openDoor(db, name)).client()
    for (const { what, change, see, own, others } of changes) {
      await db.pglite.exec(change)
      for (let turn = 0; turn < 2; turn++) {
        expect((await client.query(see)).rows, what).toEqual([{ seen: others }])
        expect((await db.pglite.query(see)).rows, what).toEqual([{ seen: own }])
      }
      // By its name, since the engine itself knows of no user to go back to.
      await db.pglite.exec('SET SESSION AUTHORIZATION postgres')
      await db.pglite.exec('RESET ROLE')
      await db.pglite.exec('RESET ALL')
    }
  },
)

test.each(doors)(
  'SET LOCAL and a SET that is rolled back end with their transaction through %s',
  async (name) => {
    const door = await openDoor(database.db, name)
    const client = await door.client()
    const shown = async () => (await client.query('SHOW work_mem')).rows[0].work_mem
    await client.query("SET work_mem = '5MB'")
    await client.query('BEGIN')
    await client.query("SET LOCAL work_mem = '6MB'")
    expect(await shown()).toBe('6MB')
    const other = door.pool.query('SHOW work_mem')
    await client.query('COMMIT')
    expect((await other).rows).toEqual([{ work_mem: '4MB' }])
    expect(await shown()).toBe('5MB')
    await client.query('BEGIN')
    await client.query("SET work_mem = '8MB'")
    await client.query('ROLLBACK')
    await door.pool.query('SELECT 1')
    expect(await shown()).toBe('5MB')
    await client.query('RESET work_mem')
    await door.pool.query('SELECT 1')
    expect(await shown()).toBe('4MB')
  },
)

test.each(doors)(
  'a right that a role does not have is not lent by another client through %s',
  async (name) => {
    const db = await database.createDatabase()
    await db.script(`CREATE ROLE nobody; CREATE TABLE secret (text text);
    INSERT INTO secret VALUES ('hidden'); CREATE TABLE owned (owner text DEFAULT current_user);
    ALTER TABLE owned ENABLE ROW LEVEL SECURITY; GRANT ALL ON owned TO nobody;
    CREATE POLICY own ON owned USING (owner = current_user) WITH CHECK (owner = current_user)`)
    const door = await openDoor(db, name)
    const [owner, nobody] = [await door.client(), await door.client()]
    await nobody.query('SET ROLE nobody')
    for (let turn = 0; turn < 3; turn++) {
      expect((await owner.query('SELECT text FROM secret')).rows).toEqual([{ text: 'hidden' }])
      const denied = nobody.query('SELECT text FROM secret WHERE $1', [true])
      await expect(denied).rejects.toMatchObject({ code: '42501' })
      await owner.query('INSERT INTO owned DEFAULT VALUES')
      await nobody.query('INSERT INTO owned DEFAULT VALUES')
      expect((await nobody.query('SELECT owner FROM owned')).rows).toEqual(
        new Array(turn + 1).fill({ owner: 'nobody' }),
      )
    }
    expect((await owner.query('SELECT count(*)::int AS count FROM owned')).rows).toEqual([
      { count: 6 },
    ])
  },
)

test.each(doors)(
  'a temporary table is warned of, and is gone with its client, through %s',
  async (name) => {
    const door = await openDoor(await database.createDatabase(), name)
    const client = await door.pool.connect()
    const notices: unknown[] = []
    client.on('notice', ({ code, message }) => notices.push({ code, message }))
    await client.query('CREATE TEMP TABLE kept (n int)')
    await client.query('INSERT INTO kept SELECT generate_series(1, 3)')
    const message = expect.stringContaining('temporary tables')
    expect(notices).toEqual([{ code: '01000', message }])
    const other = await door.client()
    await other.query('SELECT 1')
    expect((await client.query('SELECT count(*)::int AS count FROM kept')).rows).toEqual([
      { count: 3 },
    ])
    client.release(true)
    await expect
      .poll(async () => (await other.query("SELECT to_regclass('pg_temp.kept') AS kept")).rows)
      .toEqual([{ kept: null }])
  },
)

test.each(doors)('the user that a transaction sets last is kept through %s', async (name) => {
  const db = await database.createDatabase()
  await db.script('CREATE ROLE app')
  const door = await openDoor(db, name)
  const [client, other] = [await door.client(), await door.client()]
  for (const sql of [
    'BEGIN',
    'RESET SESSION AUTHORIZATION',
    'SET SESSION AUTHORIZATION app',
    'COMMIT',
  ]) {
    await client.query(sql)
  }
  await other.query('SELECT 1')
  expect((await client.query('SELECT session_user AS name')).rows).toEqual([{ name: 'app' }])
})

test.each(doors)(
  'a role that is set after a session user is restored after it through %s',
  async (name) => {
    const db = await database.createDatabase()
    await db.script('CREATE ROLE one; CREATE ROLE two; GRANT two TO one')
    const door = await openDoor(db, name)
    const [client, other] = [await door.client(), await door.client()]
    await client.query('SET SESSION AUTHORIZATION one')
    await client.query('SET ROLE two')
    await other.query('SELECT 1')
    const { rows } = await client.query('SELECT session_user AS session, current_user AS current')
    expect(rows).toEqual([{ session: 'one', current: 'two' }])
  },
)

test.each([
  'TABLE mine (n integer)',
  'VIEW mine AS SELECT 1 AS n',
  'SEQUENCE mine',
  'RECURSIVE VIEW mine (n) AS SELECT 1',
])('a client that ends takes its CREATE TEMPORARY %s away', async (object) => {
  const { pool } = await database.createDatabase()
  const client = await pool.connect()
  await client.query(`CREATE TEMPORARY ${object}`)
  client.release(true)
  await expect(pool.query(`CREATE TEMPORARY ${object}`)).resolves.toMatchObject({ rows: [] })
})

test.each(doors)(
  'a client may set the value of the engine over its own through %s',
  async (name) => {
    await database.db.script("ALTER DATABASE postgres SET statement_timeout = '5s'")
    onTestFinished(() => database.db.script('ALTER DATABASE postgres RESET statement_timeout'))
    const door = await openDoor(database.db, name)
    const client = await door.client()
    await client.query("SET application_name = ''")
    await client.query('SET statement_timeout = 0')
    const { rows } = await client.query(
      "SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS ms",
    )
    expect(rows).toEqual([{ name: '', ms: '0' }])
  },
)

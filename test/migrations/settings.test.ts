import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { createMigrator, type Database, fromPGlite, fromPg } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { openPGlite } from '../support/open-pglite.js'
import { leakMigrations, looksExpected, seenLeaks } from '../support/session-leaks.js'

/** What pg_dump writes in front of a schema, and some more. */
const dump = `SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET check_function_bodies = false;
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;
SET work_mem = '7MB';
RESET application_name;`

interface OneConnection {
  database(schema: string): Database
  close(): Promise<void>
}

const connections: [string, () => Promise<OneConnection>][] = [
  [
    'PGlite',
    async () => {
      const client = await openPGlite()
      const database = (schema: string) => fromPGlite(client, { schema })
      return { database, close: () => client.close() }
    },
  ],
  ...inject('servers').map(({ major, url }): [string, () => Promise<OneConnection>] => [
    `a client of PostgreSQL ${major}`,
    async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      const database = (schema: string) => fromPg(client, { schema })
      return { database, close: () => client.end() }
    },
  ]),
]

test.each(inject('servers'))(
  'a file without a transaction takes as long as it takes on PostgreSQL $major',
  async ({ url }) => {
    const client = new pg.Client({ connectionString: url, statement_timeout: 200 })
    await client.connect()
    onTestFinished(() => client.end())
    const schema = `patience ${process.pid}`
    const migrations = parseMigrations(
      [{ file: '1_wait.up.sql', text: '-- driftpin: no transaction\nSELECT pg_sleep(0.5)' }],
      { forwardOnly: true },
    )
    const migrator = createMigrator(fromPg(client, { schema }), { migrations })
    expect(await migrator.up()).toMatchObject([{ file: '1_wait.up.sql' }])
    const { rows } = await client.query('SHOW statement_timeout')
    expect(rows).toEqual([{ statement_timeout: '200ms' }])
    await expect(client.query('SELECT pg_sleep(0.5)')).rejects.toMatchObject({ code: '57014' })
  },
)

describe.each(connections)('what a file sets for the session of %s', (_, open) => {
  test.each([
    ['that is applied', '', undefined],
    ['that fails', 'SELECT 1 / 0;', 'migration_failed'],
  ])('is put back after a file %s', async (_, then, code) => {
    const connection = await open()
    onTestFinished(() => connection.close())
    const schema = `settings ${process.pid} ${code}`
    const database = connection.database(schema)
    const file = `CREATE TABLE "${schema}".one (n int);`
    const migrations = parseMigrations(
      [
        { file: '1_dump.up.sql', text: `${dump}\n${file}` },
        {
          file: '2_last.up.sql',
          text: `-- driftpin: no transaction\nSELECT set_config('x.y', '', true)`,
        },
        { file: '3_dump.up.sql', text: `${dump}\n${then}` },
      ],
      { forwardOnly: true },
    )
    await database.script(
      `SET application_name = 'mine'; SET work_mem = '9MB'; SET app.tenant = 'kept';
       SET search_path = pg_catalog`,
    )
    const settings = async () =>
      (
        await database.query(
          `SELECT name, setting FROM pg_settings
           UNION ALL SELECT 'app.tenant', current_setting('app.tenant') ORDER BY 1`,
        )
      ).rows
    const before = await settings()
    const error = await createMigrator(database, { migrations })
      .up()
      .catch((error) => error)
    expect(error.code).toBe(code)
    expect(await settings()).toEqual(before)
    await database.script(`DROP SCHEMA "${schema}" CASCADE`)
  })
})

test.each(connections)(
  'the user of %s is who it was, whomever a file puts there',
  async (_, open) => {
    const connection = await open()
    onTestFinished(() => connection.close())
    const schema = `users ${process.pid}`
    const database = connection.database(schema)
    const [nobody, somebody] = [`nobody_${process.pid}`, `somebody_${process.pid}`]
    const users = async () => {
      const { rows } = await database.query<{ me: string }>(
        "SELECT session_user AS me, current_user, current_setting('role') AS role",
      )
      return rows[0]!
    }
    const { me } = await users()
    await database.script(`CREATE ROLE ${nobody}; CREATE ROLE ${somebody}; CREATE SCHEMA "${schema}";
    GRANT ALL ON SCHEMA "${schema}" TO ${somebody}, ${nobody}`)
    const migrations = parseMigrations([
      {
        file: '1_one.up.sql',
        text: `CREATE TABLE one (n int); SET SESSION AUTHORIZATION ${nobody}`,
      },
      { file: '1_one.down.sql', text: 'DROP TABLE one; RESET ROLE' },
    ])
    for (const mine of [
      'SELECT 1',
      `SET SESSION AUTHORIZATION ${somebody}`,
      `SET ROLE ${nobody}`,
    ]) {
      await database.script(mine)
      const before = await users()
      const migrator = createMigrator(database, { ledger: `ledger ${mine}`, migrations })
      await migrator.up()
      expect(await users()).toEqual(before)
      await migrator.down()
      expect(await users()).toEqual(before)
      await database.script(`SET SESSION AUTHORIZATION ${me}; RESET ROLE`)
    }
    await database.script(
      `DROP SCHEMA "${schema}" CASCADE; DROP ROLE ${nobody}; DROP ROLE ${somebody}`,
    )
  },
)

test.each(connections)(
  'every migration of one up() on %s begins as if it ran alone',
  async (_, open) => {
    const connection = await open()
    onTestFinished(() => connection.close())
    const schema = `leaks ${process.pid}`
    const database = connection.database(schema)
    // A value that is not the default: the migrations begin with it and do not lose it.
    await database.script("SET statement_timeout = '70s'")
    const migrations = parseMigrations(
      leakMigrations.map((text, index) => ({ file: `${index + 1}_step.up.sql`, text })),
      { forwardOnly: true },
    )
    await createMigrator(database, { migrations }).up()
    expect(await seenLeaks(database, `"${schema}"`)).toEqual({ seen: [], looks: looksExpected })
    await database.script(`DROP SCHEMA "${schema}" CASCADE`)
  },
)

test.each([
  ['that an earlier file created', ['CREATE $f', 'SELECT far()', 'DROP FUNCTION far()']],
  ['that the same file creates', ['CREATE $f; SELECT far()']],
  ['that the same file drops', ['CREATE $f; SELECT far(); DROP FUNCTION far()']],
  ['that the same file replaces', ['CREATE $f; SELECT far(); CREATE OR REPLACE $g']],
])('a setting that a function sets %s is restored', async (_, steps) => {
  const client = await openPGlite()
  onTestFinished(() => client.close())
  const head = 'FUNCTION far() RETURNS void LANGUAGE plpgsql AS'
  const texts = steps.map((text) =>
    text
      .replace('$f', () => `${head} $$ BEGIN SET timezone = 'Asia/Tokyo'; END $$`)
      .replace('$g', () => `${head} $$ BEGIN NULL; END $$`),
  )
  const files = texts.map((text, index) => ({ file: `${index + 1}_step.up.sql`, text }))
  const migrations = parseMigrations(files, { forwardOnly: true })
  const database = fromPGlite(client)
  await database.script("SET timezone = 'Asia/Seoul'")
  await createMigrator(database, { migrations }).up()
  expect((await database.query('SHOW timezone')).rows).toEqual([{ TimeZone: 'Asia/Seoul' }])
})

test('a session keeps the temporary objects, statements and settings that it had', async () => {
  const client = await openPGlite()
  onTestFinished(() => client.close())
  const database = fromPGlite(client)
  await database.script(
    `CREATE TEMP TABLE mine (n int); PREPARE mine AS SELECT 1; SET app.tenant = 'mine';
     DECLARE mine CURSOR WITH HOLD FOR SELECT 1`,
  )
  const text = "SET app.tenant = 'theirs'; PREPARE theirs AS SELECT 2; CREATE TEMP TABLE theirs ()"
  const migrations = parseMigrations([{ file: '1_a.up.sql', text }], { forwardOnly: true })
  await createMigrator(database, { migrations }).up()
  await database.script('TABLE mine; EXECUTE mine; FETCH mine')
  const { rows } = await database.query(
    `SELECT current_setting('app.tenant') AS tenant,
            ARRAY(SELECT name FROM pg_prepared_statements WHERE from_sql) AS statements`,
  )
  expect(rows).toEqual([{ tenant: 'mine', statements: ['mine'] }])
})

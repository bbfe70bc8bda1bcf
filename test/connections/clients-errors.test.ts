import pg from 'pg'
import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, openDoor } from './support-doors.js'

const database = useDatabase()

const setUp = `
  CREATE SCHEMA shop;
  CREATE DOMAIN shop.positive AS int CONSTRAINT is_positive CHECK (value > 0);
  CREATE TABLE shop.items (id int PRIMARY KEY, name text NOT NULL UNIQUE,
    price numeric CONSTRAINT price_is_fair CHECK (price < 1000), amount shop.positive);
  CREATE TABLE shop.orders (item int REFERENCES shop.items);
  INSERT INTO shop.items VALUES (1, 'one', 1, 1);
  CREATE FUNCTION shop.fail() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'it failed: %', 7 USING ERRCODE = 'DP001', DETAIL = 'the detail',
      HINT = 'the hint', TABLE = 'items', SCHEMA = 'shop', COLUMN = 'name',
      CONSTRAINT = 'the constraint', DATATYPE = 'the type'; END $$;
  CREATE FUNCTION shop.nested() RETURNS int LANGUAGE plpgsql AS
    'BEGIN EXECUTE ''SELECT nothing FROM nowhere''; RETURN 1; END';`

const failing: [sql: string, values?: unknown[]][] = [
  ['SELEC 1'],
  ['SELECT nothing'],
  ['SELECT * FROM nowhere'],
  ['SELECT 1 / $1::int', [0]],
  ['SELECT $1::int', ['not a number']],
  ['SELECT $1::int AS n, $2::text', [1]],
  ["SELECT 'x'::uuid"],
  ['INSERT INTO shop.items VALUES ($1, $2)', [1, 'two']],
  ['INSERT INTO shop.items VALUES ($1, $2)', [2, 'one']],
  ['INSERT INTO shop.items VALUES ($1, $2)', [2, null]],
  ["INSERT INTO shop.items VALUES (2, 'two', 1000)"],
  ["INSERT INTO shop.items VALUES (2, 'two', 1, 0)"],
  ['INSERT INTO shop.orders VALUES ($1)', [3]],
  ['SELECT shop.fail()'],
  ['SELECT shop.nested()'],
  ['SELECT unknown_function(1)'],
  ["SELECT '{'::jsonb"],
  ["SELECT '2026-02-30'::date"],
  ['SELECT repeat($1, 2000000000)', ['wide']],
  ["SELECT 'ö' || nothing"],
  ['CREATE TABLE shop.items (n int)'],
  ['COPY nowhere TO STDOUT'],
]

const fields = [
  'severity',
  'code',
  'message',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'routine',
] as const

const fieldsOf = (error: unknown) =>
  Object.fromEntries(fields.map((name) => [name, (error as Record<string, unknown>)[name]]))

const failure = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => 'no error',
    (error) => error,
  )

test.each(doors)(
  'an error has every field that it has on the engine itself through %s',
  async (name) => {
    const db = await database.createDatabase()
    await db.script(setUp)
    const client = await (await openDoor(db, name)).client()
    const codes = new Set<unknown>()
    for (const [sql, values] of failing) {
      const direct = await failure(db.pglite.query(sql, values))
      const told = await failure(client.query(sql, values))
      expect(told, sql).toBeInstanceOf(pg.DatabaseError)
      expect(fieldsOf(told), sql).toEqual(fieldsOf(direct))
      const { code } = told as pg.DatabaseError
      codes.add(code)
      // And the next one is right.
      expect((await client.query('SELECT $1::text AS sql', [sql])).rows).toEqual([{ sql }])
    }
    expect(codes.size).toBeGreaterThan(12)
  },
)

test.each(doors)(
  'notices reach the client that caused them and nobody else through %s',
  async (name) => {
    const door = await openDoor(await database.createDatabase(), name)
    const [one, other] = [await door.client(), await door.client()]
    const [heard, overheard]: [unknown[], unknown[]] = [[], []]
    one.on('notice', ({ code, severity, message, hint }) =>
      heard.push({ code, severity, message, hint }),
    )
    other.on('notice', (notice) => overheard.push(notice))
    await one.query("DO $$ BEGIN RAISE WARNING 'watch %', 1 USING HINT = 'out'; END $$")
    await one.query('DROP TABLE IF EXISTS nowhere')
    await other.query('SELECT 1')
    expect(heard).toEqual([
      { code: '01000', severity: 'WARNING', message: 'watch 1', hint: 'out' },
      {
        code: '00000',
        severity: 'NOTICE',
        message: 'table "nowhere" does not exist, skipping',
        hint: undefined,
      },
    ])
    expect(overheard).toEqual([])
  },
)

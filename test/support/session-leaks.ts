import type { Queryable } from '../../src/index.js'

/**
 * A migration that changes the state of its session, and an expression that shows the change to
 * the migration after it.
 */
interface SessionLeak {
  readonly what: string
  readonly sql: string
  readonly seenAs: string
}

/** What the migrations need: a table for what is seen, and functions that never fail. */
const setup = `CREATE TABLE seen (leak text, value text);
CREATE SEQUENCE numbers;
CREATE FUNCTION last_number() RETURNS text LANGUAGE plpgsql AS $$
BEGIN RETURN lastval(); EXCEPTION WHEN object_not_in_prerequisite_state THEN RETURN 'none'; END $$;
CREATE FUNCTION use_tokyo() RETURNS void LANGUAGE plpgsql AS $$
BEGIN EXECUTE 'SET time' || 'zone = ''Asia/Tokyo'''; END $$;`

const count = (view: string, where: string) => `(SELECT count(*)::text FROM ${view} WHERE ${where})`

/** One for every kind of session state that a migration can leave to the next one. */
const sessionLeaks: readonly SessionLeak[] = [
  {
    what: 'a setting',
    sql: "SET timezone = 'Asia/Tokyo'",
    seenAs: `'2020-01-01 00:00'::timestamptz AT TIME ZONE 'UTC'`,
  },
  {
    what: 'a setting that changes how texts are read',
    sql: 'SET standard_conforming_strings = off',
    seenAs: "length('a\\nb')",
  },
  {
    what: 'a setting made in a function',
    sql: 'SELECT use_tokyo()',
    seenAs: "current_setting('timezone')",
  },
  {
    what: 'a custom setting',
    sql: "SET app.tenant = 'harbour'",
    seenAs: "coalesce(current_setting('app.tenant', true), '')",
  },
  {
    what: 'a custom setting, by a function',
    sql: "SELECT set_config('app.captain', 'Ahab', false)",
    seenAs: "coalesce(current_setting('app.captain', true), '')",
  },
  { what: 'a role', sql: 'SET ROLE pg_monitor', seenAs: 'current_user' },
  { what: 'a session user', sql: 'SET SESSION AUTHORIZATION pg_monitor', seenAs: 'session_user' },
  {
    what: 'a temporary table',
    sql: 'CREATE TEMP TABLE scratch (n int)',
    seenAs: "coalesce(to_regclass('pg_temp.scratch')::text, 'none')",
  },
  {
    what: 'a temporary function',
    sql: "CREATE FUNCTION pg_temp.one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    seenAs: "coalesce(to_regproc('pg_temp.one')::text, 'none')",
  },
  {
    what: 'a prepared statement',
    sql: 'PREPARE one AS SELECT 1',
    seenAs: count('pg_prepared_statements', 'from_sql'),
  },
  {
    what: 'a cursor',
    sql: 'DECLARE boats CURSOR WITH HOLD FOR SELECT 1',
    seenAs: count('pg_cursors', 'is_holdable'),
  },
  {
    what: 'the last value of a sequence',
    sql: "SELECT nextval('numbers')",
    seenAs: 'last_number()',
  },
  {
    what: 'what a file without a transaction is run with',
    sql: '-- driftpin: no transaction\nSELECT 1',
    seenAs: "current_setting('statement_timeout')",
  },
]

const look = ({ what, seenAs }: SessionLeak) =>
  `INSERT INTO seen SELECT '${what}', (${seenAs})::text;`

/** The first migration looks at its session, and so does the one after each leak. */
export const leakMigrations: readonly string[] = [
  `${setup}\n${sessionLeaks.map(look).join('\n')}`,
  ...sessionLeaks.flatMap((leak) => [leak.sql, look(leak)]),
]

/** The leaks that the migration after them could see, and how often any migration looked. */
export async function seenLeaks(queryable: Queryable, schema: string) {
  const { rows } = await queryable.query<{ leak: string; looks: number; isSeen: boolean }>(
    `SELECT leak, count(*)::int AS looks, count(DISTINCT value) > 1 AS "isSeen"
     FROM ${schema}.seen GROUP BY leak ORDER BY leak`,
  )
  return {
    seen: rows.filter(({ isSeen }) => isSeen).map(({ leak }) => leak),
    looks: rows.reduce((sum, { looks }) => sum + looks, 0),
  }
}

export const looksExpected = 2 * sessionLeaks.length

import type { VerifyCheck } from '../../src/workbench/index.js'
import type { Version } from './verify-folder.js'

/** What holds, to stand before and between what does not. */
export const start: Version[] = [
  {
    name: 'create_boats',
    up: `CREATE TABLE boats (id integer PRIMARY KEY, name text NOT NULL, length integer);
         CREATE TABLE sails (
           id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
           boat_id integer NOT NULL REFERENCES boats (id) ON DELETE CASCADE,
           colour text NOT NULL)`,
    down: 'DROP TABLE sails; DROP TABLE boats',
    fixture: `INSERT INTO boats VALUES (1, 'Ada', 9), (2, 'Bee', NULL);
              INSERT INTO sails (boat_id, colour) SELECT id, 'white' FROM boats`,
  },
  {
    name: 'add_flags',
    up: `ALTER TABLE boats ADD COLUMN flag text NOT NULL DEFAULT 'none';
         UPDATE boats SET flag = 'red' WHERE length > 5`,
    down: 'ALTER TABLE boats DROP COLUMN flag',
    fixture: "INSERT INTO boats VALUES (3, 'Cod', 3, 'blue')",
  },
  {
    name: 'split_names',
    up: `ALTER TABLE boats RENAME COLUMN name TO title; CREATE VIEW titles AS SELECT title FROM boats`,
    down: 'DROP VIEW titles; ALTER TABLE boats RENAME COLUMN title TO name',
  },
  {
    name: 'index_without_transaction',
    up: '-- driftpin: no transaction\nCREATE INDEX CONCURRENTLY boats_length ON boats (length)',
    down: '-- driftpin: no transaction\nDROP INDEX CONCURRENTLY boats_length',
  },
]

/** What is planted, and what is said of it. */
export interface Defect extends Version {
  readonly check: VerifyCheck
  readonly message: string
  /** A line of what differs. */
  readonly shows: string
}

const forgets = (name: string, up: string, down: string, shows: string): Defect => ({
  name,
  up,
  down,
  check: 'schema after down',
  message: 'the schema differs from the schema before',
  shows,
})

export const defects: Defect[] = [
  forgets(
    'down_forgets_index',
    'ALTER TABLE boats ADD COLUMN one integer; CREATE INDEX IF NOT EXISTS boats_title ON boats (title)',
    'ALTER TABLE boats DROP COLUMN one',
    '+ CREATE INDEX boats_title ON public.boats USING btree (title);',
  ),
  forgets(
    'down_forgets_type',
    `DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad'); EXCEPTION WHEN duplicate_object THEN END $$`,
    'SELECT 1',
    '+ CREATE TYPE public.mood AS ENUM (',
  ),
  forgets(
    'down_forgets_function',
    'CREATE OR REPLACE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT n * 2 $$',
    '-- Nothing to do.',
    '+ CREATE FUNCTION public.twice(n integer) RETURNS integer',
  ),
  forgets(
    'down_forgets_extension',
    'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"',
    'SELECT 1',
    '+ CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;',
  ),
  forgets(
    'down_forgets_sequence',
    'CREATE SEQUENCE IF NOT EXISTS numbers',
    'SELECT 1',
    '+ CREATE SEQUENCE public.numbers',
  ),
  forgets('down_forgets_schema', 'CREATE SCHEMA IF NOT EXISTS yard', '', '+ CREATE SCHEMA yard;'),
  forgets(
    'down_forgets_role',
    'DO $$ BEGIN CREATE ROLE sailor; EXCEPTION WHEN OTHERS THEN END $$',
    '',
    '! role sailor',
  ),
  forgets(
    'down_forgets_grant',
    'GRANT SELECT ON boats TO PUBLIC',
    '',
    '+ GRANT SELECT ON TABLE public.boats TO PUBLIC;',
  ),
  forgets(
    'down_forgets_comment',
    "COMMENT ON TABLE sails IS 'Of cloth.'",
    '',
    "+ COMMENT ON TABLE public.sails IS 'Of cloth.';",
  ),
  forgets(
    'down_forgets_default',
    "ALTER TABLE sails ALTER colour SET DEFAULT 'red'",
    '',
    "+     colour text DEFAULT 'red'::text NOT NULL",
  ),
  forgets(
    'down_forgets_trigger',
    'DROP TRIGGER IF EXISTS keep ON sails; CREATE TRIGGER keep BEFORE UPDATE ON sails FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    '',
    '+ CREATE TRIGGER keep BEFORE UPDATE ON public.sails',
  ),
  forgets(
    'down_drops_too_much',
    'ALTER TABLE boats ADD COLUMN two integer',
    'ALTER TABLE boats DROP COLUMN two; ALTER TABLE boats DROP COLUMN length',
    '-     length integer',
  ),
  {
    name: 'up_cascades',
    up: 'DELETE FROM boats WHERE id = 2',
    down: 'SELECT 1',
    check: 'rows after down',
    message: 'public.sails that were there before 000017_up_cascades.up.sql, and does not name',
    shows: '"boat_id":"2"',
  },
  {
    name: 'down_fails_with_rows',
    up: 'ALTER TABLE boats ALTER COLUMN title DROP NOT NULL',
    down: 'ALTER TABLE boats\n  ALTER COLUMN title SET NOT NULL',
    fixture: 'INSERT INTO boats (id, title) VALUES (40, NULL)',
    check: 'down',
    message: '_down_fails_with_rows.down.sql failed in line 1: column "title"',
    shows: '"id":"40"',
  },
  {
    name: 'down_fails_for_a_key',
    up: 'ALTER TABLE sails DROP CONSTRAINT sails_boat_id_fkey',
    down: 'ALTER TABLE sails ADD CONSTRAINT sails_boat_id_fkey FOREIGN KEY (boat_id) REFERENCES boats (id) ON DELETE CASCADE',
    fixture: "INSERT INTO sails (boat_id, colour) VALUES (99, 'of no boat')",
    check: 'down',
    message: 'DETAIL: Key (boat_id)=(99) is not present in table "boats".',
    shows: '',
  },
  {
    name: 'down_removes_rows_of_another',
    up: 'CREATE TABLE crews (boat_id integer)',
    down: 'DROP TABLE crews; DELETE FROM sails WHERE boat_id = 1',
    fixture: 'INSERT INTO crews VALUES (1)',
    check: 'rows after down',
    message: 'changes or removes 1 rows of public.sails',
    shows: '"boat_id":"1","colour":"white"',
  },
  {
    name: 'down_changes_rows',
    up: 'ALTER TABLE crews ADD COLUMN size integer',
    down: `ALTER TABLE crews DROP COLUMN size; UPDATE boats SET flag = lower(coalesce(title, ''))`,
    fixture: 'UPDATE crews SET size = 3',
    check: 'rows after down',
    message: 'rows of public.boats that were there before',
    shows: '"flag":"ada"',
  },
  {
    name: 'up_runs_only_once',
    up: 'CREATE TABLE IF NOT EXISTS logs (id integer); INSERT INTO boats (id, title) VALUES (70, $$Elf$$)',
    down: 'DROP TABLE logs',
    fixture: 'INSERT INTO logs VALUES (1)',
    check: 'up again',
    message: 'Key (id)=(70) already exists.',
    shows: '',
  },
  {
    name: 'up_depends_on_rows',
    up: `DO $$ BEGIN
           IF EXISTS (SELECT FROM boats WHERE id = 80) THEN CREATE TABLE later (id integer);
           ELSE CREATE TABLE sooner (id integer); END IF; END $$`,
    down: 'DROP TABLE IF EXISTS later, sooner',
    fixture: "INSERT INTO boats (id, title) VALUES (80, 'Fin'); INSERT INTO sooner VALUES (1)",
    check: 'up again',
    message: 'creates something else than the first',
    shows: '+ CREATE TABLE public.later (',
  },
  {
    name: 'fixture_fails',
    up: 'CREATE TABLE ports (id integer PRIMARY KEY)',
    down: 'DROP TABLE ports',
    fixture: 'INSERT INTO ports VALUES (1);\nINSERT INTO ports VALUES (1)',
    check: 'fixture',
    message: 'fixtures/000024_fixture_fails.sql failed in line 2',
    shows: '',
  },
  {
    name: 'down_makes_table_anew',
    up: 'SELECT 1',
    down: 'DROP TABLE crews; CREATE TABLE crews (boat_id integer, size integer)',
    check: 'rows after down',
    message: 'changes or removes 1 rows of public.crews',
    shows: '- {"boat_id":"1","size":"3"}',
  },
  {
    name: 'down_makes_column_anew',
    up: 'SELECT 1',
    down: 'ALTER TABLE crews DROP COLUMN size; ALTER TABLE crews ADD COLUMN size integer',
    check: 'rows after down',
    message: 'changes or removes 1 rows of public.crews',
    shows: '+ {"boat_id":"1","size":null}',
  },
  {
    name: 'down_is_not_counted',
    up: 'SELECT 1',
    down: 'SET track_counts = off; DELETE FROM crews',
    check: 'rows after down',
    message: 'changes or removes 1 rows of public.crews',
    shows: '- {"boat_id":"1","size":"3"}',
  },
  {
    name: 'down_puts_sequence_back',
    up: 'SELECT 1',
    down: "SELECT setval('sails_id_seq', 1)",
    check: 'rows after down',
    message: 'resets the sequence public.sails_id_seq',
    shows: '+ 1',
  },
  {
    name: 'down_refuses_a_row',
    up: 'SELECT 1',
    down: 'SELECT 1; ALTER TABLE boats ADD CONSTRAINT short CHECK (id < 75)',
    check: 'down',
    message: 'The constraint is short of boats.',
    shows: 'boats: {"id":"80",',
  },
]

/** What looks suspicious and holds, and the note that it leaves. */
export const fine: (Version & { readonly note?: string })[] = [
  {
    name: 'leave_session_state',
    up: `CREATE TABLE tides (id serial, at timestamptz); INSERT INTO tides DEFAULT VALUES;
         SELECT lastval(); SET app.captain = 'Ahab'; SET timezone = 'Asia/Tokyo';
         PREPARE tides AS SELECT 1`,
    down: 'DROP TABLE tides',
    fixture: 'INSERT INTO tides DEFAULT VALUES',
  },
  {
    name: 'find_no_session_state',
    up: `DO $$ BEGIN
           IF current_setting('app.captain', true) = 'Ahab' OR EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'tides')
             OR current_setting('timezone') = 'Asia/Tokyo' THEN RAISE 'the session was used before';
           END IF; PERFORM lastval(); RAISE 'a sequence was used before';
           EXCEPTION WHEN object_not_in_prerequisite_state THEN END $$`,
    down: 'SELECT 1',
  },
  {
    name: 'change_and_change_back',
    up: `DO $$ BEGIN EXECUTE 'UPDATE boa' || 'ts SET flag = flag || chr(33)'; END $$`,
    down: `DO $$ BEGIN EXECUTE 'UPDATE boa' || 'ts SET flag = rtrim(flag, chr(33))'; END $$`,
  },
  {
    name: 'create_events',
    up: `CREATE TABLE events (n integer) PARTITION BY RANGE (n);
         CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100)`,
    down: 'DROP TABLE events',
    fixture: 'INSERT INTO events VALUES (1)',
  },
  {
    name: 'count_events_on',
    up: 'UPDATE events SET n = n + 1',
    down: 'SELECT 1',
    note: 'it permanently rewrites 1 existing rows of public.events_1',
  },
  {
    name: 'make_table_anew',
    up: `CREATE TABLE new_crews (boat_id integer, size integer);
         INSERT INTO new_crews SELECT * FROM crews WHERE size > 3;
         DROP TABLE crews; ALTER TABLE new_crews RENAME TO crews`,
    down: 'SELECT 1',
    note: 'it permanently rewrites 1 existing rows of public.crews',
  },
]

import type { Change } from './digest-change.js'

/** What changes the content of the schema of digest-start.ts, the server's roles or the session. */
export const contentChanges: readonly Change[] = [
  {
    what: 'a row that is inserted',
    sql: "INSERT INTO shop.items (id, name) VALUES (50, 'c')",
    undo: 'DELETE FROM shop.items WHERE id = 50',
    differs: ['rows of table shop.items'],
  },
  {
    what: 'a second row like one that is there',
    sql: "INSERT INTO shop.orders VALUES (1, '2026-05-05')",
    undo: 'DELETE FROM shop.orders; INSERT INTO shop.orders VALUES (1, $$2026-05-05$$)',
    differs: ['rows of table shop.orders_2026'],
  },
  {
    what: 'an empty text in place of NULL',
    sql: "UPDATE shop.items SET name = '' WHERE id = 3",
    undo: 'UPDATE shop.items SET name = NULL WHERE id = 3',
    differs: ['rows of table shop.items'],
  },
  {
    what: 'json that is written another way',
    sql: `UPDATE shop.items SET note = '{"a":1}' WHERE id = 1`,
    undo: `UPDATE shop.items SET note = '{"a": 1}' WHERE id = 1`,
    differs: ['rows of table shop.items'],
  },
  {
    what: 'a row without columns',
    sql: 'INSERT INTO shop.nothing DEFAULT VALUES',
    differs: ['rows of table shop.nothing'],
  },
  {
    what: 'a materialized view that is refreshed',
    sql: 'UPDATE shop.items SET price = 30 WHERE id = 2; REFRESH MATERIALIZED VIEW shop.dear',
    differs: ['rows of table shop.items', 'rows of materialized view shop.dear'],
  },
  {
    what: 'nextval',
    sql: "SELECT nextval('shop.numbers')",
    undo: "SELECT setval('shop.numbers', 1, false)",
    differs: ['value of sequence shop.numbers'],
  },
  {
    what: 'setval of a value that is not called yet',
    sql: "SELECT setval('shop.numbers', 7, false)",
    undo: 'ALTER SEQUENCE shop.numbers RESTART',
    differs: ['value of sequence shop.numbers'],
  },
  {
    what: 'a role',
    sql: 'CREATE ROLE digest_clerk',
    undo: 'DROP ROLE digest_clerk',
    differs: ['role digest_clerk'],
  },
  {
    what: 'an attribute of a role',
    sql: 'ALTER ROLE digest_one CREATEDB',
    undo: 'ALTER ROLE digest_one NOCREATEDB',
    differs: ['role digest_one'],
  },
  {
    what: 'a membership',
    sql: 'GRANT digest_one TO digest_other',
    undo: 'REVOKE digest_one FROM digest_other',
    differs: ['role digest_other as a member of digest_one'],
  },
  {
    what: 'SET',
    sql: "SET work_mem = '3MB'",
    undo: 'RESET work_mem',
    differs: ['setting work_mem'],
  },
  {
    what: 'SET of what decides how values are printed',
    sql: "SET extra_float_digits = 0; SET DateStyle = 'German'; SET search_path = shop",
    undo: 'RESET extra_float_digits; RESET DateStyle; RESET search_path',
    differs: ['setting extra_float_digits', 'setting DateStyle', 'setting search_path'],
  },
  {
    what: 'SET of a setting of our own',
    sql: "SET app.owner = 'eve'",
    undo: "SET app.owner = ''",
    differs: ['setting app.owner'],
  },
  {
    what: 'SET ROLE',
    sql: 'GRANT digest_super TO CURRENT_USER; SET ROLE digest_super',
    undo: 'RESET ROLE; REVOKE digest_super FROM CURRENT_USER',
    differs: ['role ', 'session current user'],
  },
  {
    what: 'ALTER ROLE SET',
    sql: "ALTER ROLE digest_one SET work_mem = '5MB'",
    undo: 'ALTER ROLE digest_one RESET work_mem',
    differs: ['setting of digest_one'],
  },
  {
    what: 'ALTER DATABASE SET',
    sql: `DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET work_mem = %L', current_database(), '5MB'); END $$`,
    undo: `DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I RESET work_mem', current_database()); END $$`,
    differs: ['setting all roles in this database'],
  },
  {
    what: 'a temporary table with rows',
    sql: 'CREATE TEMP TABLE pg_class AS SELECT 1 AS n',
    undo: 'DROP TABLE pg_temp.pg_class',
    differs: ['table pg_temp.pg_class', 'column ', 'rows of table pg_temp.pg_class'],
  },
  {
    what: 'PREPARE',
    sql: 'PREPARE plan AS SELECT $1::integer',
    undo: 'DEALLOCATE plan',
    differs: ['session prepared statement plan'],
  },
  {
    what: 'a cursor that is held',
    sql: 'DECLARE rest CURSOR WITH HOLD FOR SELECT 1',
    undo: 'CLOSE rest',
    differs: ['session cursor rest'],
  },
  {
    what: 'LISTEN',
    sql: 'LISTEN "Some News"',
    undo: 'UNLISTEN *',
    differs: ['session listening on "Some News"'],
  },
  {
    what: 'an advisory lock',
    sql: 'SELECT pg_advisory_lock(42)',
    undo: 'SELECT pg_advisory_unlock(42)',
    differs: ['session advisory lock'],
  },
  {
    what: 'a large object',
    sql: "SELECT lo_from_bytea(4242, '\\x0102')",
    undo: 'SELECT lo_unlink(4242)',
    differs: ['large object '],
  },
  {
    what: 'the content of a large object',
    sql: "SELECT lo_put(4343, 0, '\\x09')",
    undo: "SELECT lo_put(4343, 0, '\\x01')",
    differs: ['large object '],
  },
]

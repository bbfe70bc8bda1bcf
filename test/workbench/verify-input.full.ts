import { expect, test } from 'vitest'
import { verifyMigrations } from '../../src/workbench/index.js'
import { folderOf } from '../support/temporary-folder.js'

/** A dump as pg_dump begins one, with what it sets for the session. */
const dump = `SET statement_timeout = 0;
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;
SELECT pg_catalog.set_config('search_path', '', false);
SET default_table_access_method = heap;
CREATE TABLE public.boats (id bigint NOT NULL);
ALTER TABLE ONLY public.boats ADD CONSTRAINT boats_pkey PRIMARY KEY (id);
`

test('prefixes, dumps, CRLF, byte order marks, bodies and extensions of anybody hold', async () => {
  const migrations = await folderOf({
    '001_dump.up.sql': dump,
    '001_dump.down.sql': 'DROP TABLE public.boats;',
    'fixtures/1_dump.sql': 'INSERT INTO boats VALUES (1)',
    '000002_body.up.sql':
      '\uFEFFCREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE plpgsql AS $body$\r\n' +
      'BEGIN\r\n  RETURN n * 2; -- not the end;\r\nEND;\r\n$body$;\r\n',
    '000002_body.down.sql': '\uFEFFBEGIN;\r\nDROP FUNCTION twice;\r\nCOMMIT;\r\n',
    '20260101120000_names.up.sql': `CREATE EXTENSION citext; CREATE EXTENSION "uuid-ossp";
      ALTER TABLE boats ADD COLUMN name citext DEFAULT uuid_generate_v4()::text`,
    '20260101120000_names.down.sql': `ALTER TABLE boats DROP COLUMN name;
      DROP EXTENSION "uuid-ossp"; DROP EXTENSION citext`,
    '20260101120001_alone.up.sql': 'CREATE INDEX CONCURRENTLY boats_name ON boats (name);',
    '20260101120001_alone.down.sql': 'DROP INDEX CONCURRENTLY boats_name;',
    '20260101120002_temporary.up.sql':
      'CREATE TEMP TABLE kept AS SELECT * FROM boats; CREATE TABLE copies AS SELECT * FROM kept',
    '20260101120002_temporary.down.sql': 'DROP TABLE copies',
  })
  const { findings, ok } = await verifyMigrations({ migrations })
  expect({ findings, ok }).toEqual({ findings: [], ok: true })
})

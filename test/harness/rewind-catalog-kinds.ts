import { answered, type RewindKind } from './rewind-kind.js'

/** Tables, types, functions, databases and what else has a definition. */
export const catalogKinds: readonly RewindKind[] = [
  {
    what: 'a table that is dropped',
    dirty: 'DROP TABLE shop.orders',
    seen: "SELECT to_regclass('shop.orders') IS NULL",
  },
  {
    what: 'a table that is dropped and made again in another shape',
    dirty: 'DROP TABLE shop.orders; CREATE TABLE shop.orders (n integer)',
    seen: answered('SELECT n FROM shop.orders RIGHT JOIN (SELECT 1) one ON true'),
  },
  {
    what: 'a table that is added, with an index and a foreign key',
    dirty: `CREATE TABLE shop.lines (n bigserial PRIMARY KEY, item_id bigint REFERENCES shop.items,
      body text UNIQUE); INSERT INTO shop.lines (item_id, body) VALUES (1, 'a')`,
    seen: answered('SELECT n FROM shop.lines'),
  },
  {
    what: 'a table that is written anew with another type',
    dirty: 'ALTER TABLE shop.orders ALTER item_id TYPE integer',
    seen: "SELECT pg_typeof(item_id) = 'integer'::regtype FROM shop.orders",
  },
  {
    what: 'a column with a default that no row has stored',
    dirty: "ALTER TABLE shop.items ADD extra text NOT NULL DEFAULT 'far'",
    seen: "SELECT every(extra = 'far') FROM shop.items",
  },
  {
    what: 'a partition that is detached',
    dirty: 'ALTER TABLE shop.orders DETACH PARTITION shop.orders_2026',
    seen: 'SELECT count(*) = 0 FROM shop.orders',
  },
  {
    what: 'a schema that is dropped with all that is in it',
    dirty: 'DROP SCHEMA shop CASCADE',
    seen: "SELECT to_regnamespace('shop') IS NULL",
  },
  {
    what: 'a schema that is added and looked into',
    dirty: 'CREATE SCHEMA more CREATE TABLE things (n int); SET search_path = more, public',
    seen: "SELECT to_regclass('things') IS NOT NULL",
  },
  {
    what: 'an enum with a value more, which a row has',
    dirty: async ({ pglite }) => {
      await pglite.exec("ALTER TYPE shop.mood ADD VALUE 'mad'")
      await pglite.exec("CREATE TABLE moods AS SELECT 'mad'::shop.mood AS mood")
    },
    seen: "SELECT 'mad'::shop.mood > 'sad'",
  },
  {
    what: 'types that are dropped with what uses them',
    dirty: 'DROP TYPE shop.mood; DROP DOMAIN shop.percent',
    seen: "SELECT to_regtype('shop.mood') IS NULL",
  },
  {
    what: 'a view in place of a table',
    dirty: 'DROP TABLE shop.nothing; CREATE VIEW shop.nothing AS SELECT 1 AS n',
    seen: answered('SELECT n FROM shop.nothing'),
  },
  {
    what: 'a function in plpgsql that was run, and is kept compiled',
    dirty: `CREATE FUNCTION shop.count_up(n integer) RETURNS integer LANGUAGE plpgsql AS $$
        BEGIN RETURN n + 1; END $$; SELECT shop.count_up(n) FROM generate_series(1, 20) n`,
    seen: 'SELECT shop.count_up(1) = 2',
  },
  {
    what: 'a function of the seed that does something else',
    dirty: `CREATE OR REPLACE FUNCTION shop.twice(n integer) RETURNS integer
      LANGUAGE plpgsql AS $$ BEGIN RETURN -n; END $$; SELECT shop.twice(1)`,
    seen: 'SELECT shop.twice(2) = -2',
  },
  {
    what: 'a trigger that fired',
    dirty: `CREATE FUNCTION shop.shout() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
      CREATE TRIGGER shout BEFORE INSERT ON shop.items
        FOR EACH ROW EXECUTE FUNCTION shop.shout();
      INSERT INTO shop.items (name) VALUES ('loud')`,
    seen: "SELECT name = 'LOUD' FROM shop.items WHERE id = 5",
  },
  {
    what: 'an event trigger that refuses everything',
    dirty: `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE EVENT TRIGGER refuse ON ddl_command_start EXECUTE FUNCTION refuse()`,
    seen: ({ pglite }) =>
      pglite.exec('CREATE TABLE n (n int); DROP TABLE n').then(
        () => false,
        () => true,
      ),
  },
  {
    what: 'a database that is made',
    dirty: ({ pglite }) => pglite.exec('CREATE DATABASE another'),
    seen: "SELECT count(*) = 1 FROM pg_database WHERE datname = 'another'",
  },
  {
    what: 'a database that is made from files',
    dirty: ({ pglite }) => pglite.exec("CREATE DATABASE another STRATEGY 'file_copy'"),
    seen: "SELECT count(*) = 1 FROM pg_database WHERE datname = 'another'",
  },
  {
    what: 'a database that is dropped',
    dirty: ({ pglite }) => pglite.exec('DROP DATABASE spare'),
    seen: "SELECT count(*) = 0 FROM pg_database WHERE datname = 'spare'",
  },
  {
    what: 'a database that is dropped and made again',
    dirty: async ({ pglite }) => {
      await pglite.exec('DROP DATABASE spare')
      await pglite.exec('CREATE DATABASE spare')
      await pglite.exec("COMMENT ON DATABASE spare IS 'another one'")
    },
    seen: `SELECT shobj_description(oid, 'pg_database') = 'another one'
      FROM pg_database WHERE datname = 'spare'`,
  },
  {
    what: 'a place for tables of one own, with a table in it',
    dirty: async ({ pglite }) => {
      await pglite.exec('SET allow_in_place_tablespaces = on')
      await pglite.exec("CREATE TABLESPACE place LOCATION ''")
      await pglite.exec('CREATE TABLE placed TABLESPACE place AS SELECT 1 AS n')
    },
    seen: answered('SELECT n FROM placed'),
  },
  {
    what: 'ALTER SYSTEM',
    dirty: async ({ pglite }) => {
      await pglite.exec("ALTER SYSTEM SET work_mem = '9MB'")
      await pglite.exec('SELECT pg_reload_conf()')
    },
    seen: "SELECT count(*) = 1 FROM pg_file_settings WHERE name = 'work_mem' AND setting = '9MB'",
  },
  {
    what: 'a role that owns things, and its settings',
    dirty: `CREATE ROLE owner LOGIN PASSWORD 'secret'; ALTER ROLE owner SET work_mem = '3MB';
      GRANT ALL ON SCHEMA shop TO owner; ALTER TABLE shop.items OWNER TO owner`,
    seen: "SELECT tableowner = 'owner' FROM pg_tables WHERE tablename = 'items'",
  },
  {
    what: 'a role that is dropped',
    dirty: 'DROP ROLE digest_one',
    seen: "SELECT to_regrole('digest_one') IS NULL",
  },
  {
    what: 'an extension that is dropped and made again',
    dirty: 'DROP EXTENSION plpgsql CASCADE; CREATE EXTENSION plpgsql',
    seen: "SELECT to_regproc('shop.stay') IS NULL",
  },
]

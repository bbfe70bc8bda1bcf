import { answered, type RewindKind } from './rewind-kind.js'

/** A table gets a file of another name when it is written anew, which starts as its own number. */
const hasNewFile = (name: string) =>
  `SELECT pg_relation_filenode('${name}') <> '${name}'::regclass::oid`

/** Rows, sequences, files and what else is content. */
export const contentKinds: readonly RewindKind[] = [
  {
    what: 'seeded rows that are changed and deleted',
    dirty: "UPDATE shop.items SET name = 'x' WHERE id = 1; DELETE FROM shop.items WHERE id > 1",
    seen: "SELECT count(*) = 1 AND min(name) = 'x' FROM shop.items",
  },
  {
    what: 'values of an identity column',
    dirty: "INSERT INTO shop.items (name) SELECT 'more' FROM generate_series(1, 100)",
    seen: 'SELECT max(id) > 100 FROM shop.items',
  },
  {
    what: 'an identity column that restarts',
    dirty: 'ALTER TABLE shop.items ALTER id RESTART WITH 900',
    seen: 'SELECT last_value = 900 FROM shop.items_id_seq',
  },
  {
    what: 'a value of a sequence in the session',
    dirty: "SELECT nextval('shop.numbers')",
    seen: "SELECT currval('shop.numbers') = 1",
  },
  {
    what: 'a sequence that kept values in the session',
    dirty: "CREATE SEQUENCE cached CACHE 50; SELECT nextval('cached'), nextval('cached')",
    seen: 'SELECT lastval() = 2',
  },
  {
    what: 'TRUNCATE, which starts new files',
    dirty: 'TRUNCATE shop.items, shop.orders RESTART IDENTITY',
    seen: hasNewFile('shop.items'),
  },
  {
    what: 'VACUUM FULL, which replaces the files',
    dirty: 'VACUUM FULL shop.items',
    seen: hasNewFile('shop.items'),
  },
  {
    what: 'CLUSTER, which replaces the files',
    dirty: 'CLUSTER shop.items USING items_pkey',
    seen: hasNewFile('shop.items'),
  },
  {
    what: 'REINDEX, which replaces the files',
    dirty: 'REINDEX TABLE shop.items',
    seen: hasNewFile('shop.items_pkey'),
  },
  {
    what: 'VACUUM FULL of the catalog',
    dirty: async ({ pglite }) => {
      for (const name of ['pg_class', 'pg_attribute', 'pg_authid', 'pg_proc']) {
        await pglite.exec(`VACUUM FULL ${name}`)
      }
    },
    seen: hasNewFile('pg_class'),
  },
  {
    what: 'VACUUM, which cuts files short',
    dirty: async ({ pglite }) => {
      await pglite.exec('DELETE FROM shop.orders; DELETE FROM shop.items')
      await pglite.exec('VACUUM shop.items')
    },
    seen: "SELECT pg_relation_size('shop.items') = 0",
  },
  {
    what: 'VACUUM FREEZE and ANALYZE',
    dirty: 'VACUUM (FREEZE, ANALYZE) shop.items',
    seen: "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'items'",
  },
  {
    what: 'a table of several megabytes, with values that are stored beside it',
    dirty: `CREATE TABLE large AS SELECT n, repeat(md5(n::text), 300) AS body
      FROM generate_series(1, 2000) n;
      ALTER TABLE large ALTER body SET STORAGE EXTERNAL;
      UPDATE large SET body = body || 'x'; CHECKPOINT`,
    seen: "SELECT pg_total_relation_size('large') > 4000000",
  },
  {
    what: 'a long log with several segments',
    dirty: `CREATE TABLE logged AS SELECT n FROM generate_series(1, 50000) n;
      SELECT pg_switch_wal(); CREATE TABLE more AS SELECT 1; SELECT pg_switch_wal(); CHECKPOINT`,
    seen: answered('SELECT n FROM logged LIMIT 1'),
  },
  {
    what: 'an unlogged table that becomes logged',
    dirty: `CREATE UNLOGGED TABLE quick AS SELECT 1 AS n; ALTER TABLE quick SET LOGGED`,
    seen: answered('SELECT n FROM quick'),
  },
  {
    what: 'an update of a row in hundreds of savepoints',
    dirty: `DO $$ BEGIN FOR n IN 1..200 LOOP
      BEGIN UPDATE shop.items SET name = n::text WHERE id = 1; EXCEPTION WHEN others THEN END;
      END LOOP; END $$`,
    seen: "SELECT name = '200' FROM shop.items WHERE id = 1",
  },
  {
    what: 'a large object that is removed, and others that are made',
    dirty: `SELECT lo_unlink(4343);
      SELECT lo_from_bytea(0, decode(repeat('00ff', 5000), 'hex')) FROM generate_series(1, 5)`,
    seen: 'SELECT count(*) = 5 FROM pg_largeobject_metadata',
  },
  {
    what: 'a file that the server was told to write',
    dirty: "COPY shop.items TO '/tmp/items.txt'; SELECT lo_export(4343, '/tmp/object')",
    seen: "SELECT (pg_stat_file('/tmp/items.txt', true)).size > 0",
  },
  {
    what: 'COPY from a file that breaks half way',
    dirty: async ({ pglite }) => {
      await pglite.exec("COPY (VALUES ('1'), ('2'), ('no number')) TO '/tmp/broken.txt'")
      await pglite.exec('CREATE TABLE copied (n integer)')
      await pglite
        .exec("BEGIN; COPY copied FROM '/tmp/broken.txt'")
        .catch(({ code }) => code === '22P02' || Promise.reject(code))
    },
    seen: async ({ pglite }) => pglite.isInTransaction(),
  },
]

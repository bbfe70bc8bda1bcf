/** SQL that reaches most of what PostgreSQL has, so that whatever it writes to is written to. */
export const workload: readonly string[] = [
  `CREATE TABLE load (id serial PRIMARY KEY, t text, j jsonb, n numeric, ts timestamptz, a int[],
     p point, u uuid DEFAULT gen_random_uuid(), v tsvector, i inet, r int4range, x xml);
   INSERT INTO load (t, j, n, ts, a, p, v, i, r)
     SELECT md5(g::text), jsonb_build_object('g', g), g / 7.0, now() + g * interval '1 day',
       ARRAY[g, g + 1], point(g, g), to_tsvector('english', 'cats ' || g), '10.0.0.1', '[1,5)'
     FROM generate_series(1, 3000) g`,
  `CREATE INDEX ON load USING gin (j); CREATE INDEX ON load USING gin (v);
   CREATE INDEX ON load USING gist (p); CREATE INDEX ON load USING gist (r);
   CREATE INDEX ON load USING hash (t); CREATE INDEX ON load USING brin (ts);
   CREATE INDEX ON load USING spgist (t); ANALYZE load`,
  `SELECT t, sum(n) OVER (PARTITION BY id % 7 ORDER BY ts) FROM load ORDER BY t DESC LIMIT 5;
   WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 500)
     SELECT count(*) FROM r JOIN load ON load.id = r.n;
   SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n), regexp_replace('abc', '(b)', '\\1\\1'),
     to_char(now(), 'TMDay, YYYY'), to_tsquery('cat & dog'), sha256('a'), json_agg(id) FROM load;
   SET enable_hashjoin = off; SELECT count(*) FROM load a JOIN load b USING (id); RESET ALL`,
  `CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
     RETURN n / (n - 3); EXCEPTION WHEN division_by_zero THEN RETURN 0; END $$;
   SELECT f(n) FROM generate_series(1, 9) n`,
  'SELECT 1 / 0',
  'SELECT * FROM nowhere',
  'SELEC 1',
  'VACUUM FULL load',
  'CLUSTER load USING load_pkey',
  `UPDATE load SET t = t || 'x'; DELETE FROM load WHERE id % 2 = 0; CHECKPOINT`,
  'VACUUM (FREEZE, ANALYZE) load',
  `LISTEN news; NOTIFY news, 'x'; PREPARE q AS SELECT $1::int; EXECUTE q(1);
   SELECT pg_advisory_lock(1); BEGIN; DECLARE c CURSOR FOR SELECT * FROM load; FETCH 5 FROM c;
   SAVEPOINT s; SELECT lo_from_bytea(0, 'abc'); ROLLBACK TO s; COMMIT`,
  "CREATE ROLE someone LOGIN PASSWORD 'x'; SET ROLE someone; RESET ROLE",
  "SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'German'; SET statement_timeout = '90s'",
  "SELECT length(repeat('x', 3000000)); COPY load TO '/tmp/load.txt'",
  'CREATE DATABASE loaded',
  "ALTER SYSTEM SET work_mem = '5MB'",
]

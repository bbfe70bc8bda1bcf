import fc from 'fast-check'

const name = fc.constantFrom('a', 'b', 'c')
const n = fc.integer({ min: 1, max: 40 })

/**
 * What a session does to a database, in words that many others refer to, so that statements meet:
 * `%` stands for one of three names, `&` for another, `#` for a number. Some always fail, others
 * when they come too early or twice.
 */
const shapes = [
  'CREATE TABLE % (id serial PRIMARY KEY, t text DEFAULT $$x$$, j jsonb)',
  'CREATE TABLE % (id int)',
  'CREATE TEMP TABLE % (id int) ON COMMIT DELETE ROWS',
  'DROP TABLE %',
  'DROP TABLE % CASCADE',
  'ALTER TABLE % ADD COLUMN n# int DEFAULT #',
  'ALTER TABLE % RENAME TO &',
  'ALTER TABLE % ADD CHECK (id <> #)',
  'ALTER TABLE % ALTER COLUMN id TYPE bigint',
  'CREATE INDEX ON % (id)',
  'INSERT INTO % SELECT g FROM generate_series(1, #) g',
  'INSERT INTO % (id, t) SELECT g, repeat(md5(g::text), #) FROM generate_series(100, 100 + #) g',
  'INSERT INTO % (t) VALUES (gen_random_uuid()::text)',
  'UPDATE % SET id = id + 1000 WHERE id % # = 0',
  'DELETE FROM % WHERE id > #',
  'TRUNCATE %',
  'VACUUM %',
  'ANALYZE %',
  'CLUSTER % USING %_pkey',
  'BEGIN; INSERT INTO % (id) VALUES (#); ROLLBACK',
  'BEGIN; DROP TABLE %; CREATE TABLE % (k int); COMMIT',
  'BEGIN; SAVEPOINT one; INSERT INTO % (id) VALUES (#); ROLLBACK TO one; COMMIT',
  'CREATE SEQUENCE s%',
  "SELECT nextval('s%') FROM generate_series(1, #)",
  "CREATE TYPE e% AS ENUM ('x', 'y')",
  "ALTER TYPE e% ADD VALUE 'v#'",
  'CREATE SCHEMA s%',
  'CREATE TABLE s%.& (id int)',
  'DROP SCHEMA s% CASCADE',
  'CREATE VIEW v% AS SELECT * FROM &',
  'CREATE MATERIALIZED VIEW m% AS SELECT count(*) FROM &',
  'CREATE FUNCTION f%() RETURNS int LANGUAGE sql AS $$SELECT #$$',
  'CREATE ROLE r%',
  'GRANT SELECT ON % TO r&',
  'DROP ROLE r%',
  "COMMENT ON TABLE % IS 'number #'",
  'ALTER DATABASE postgres SET work_mem = #000',
  "SET application_name = 'name #'",
  'SET TimeZone = #',
  'SET search_path = public, s%',
  'RESET ALL',
  'DISCARD ALL',
  'LISTEN channel_%',
  'PREPARE p% AS SELECT #',
  'DECLARE c% CURSOR WITH HOLD FOR SELECT generate_series(1, #)',
  'SELECT pg_advisory_lock(#)',
  "SELECT lo_from_bytea(#, 'large')",
  'SELECT setseed(0.#), random()',
  'SELECT 1 / 0',
  'SELECT * FROM nowhere',
  'SELEC #',
] as const

/** One statement of {@link shapes}. */
export const anyStatement: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...shapes), name, name, n)
  .map(([shape, one, other, number]) =>
    shape
      .replaceAll('id % #', `mod(id, ${number})`)
      .replaceAll('%', one)
      .replaceAll('&', other)
      .replaceAll('#', String(number)),
  )

import type { Planted } from './lint-planted-files.js'

/** Defects that squawk finds, and those that it misses and we find. */
export const plantedForSquawk: readonly Planted[] = [
  {
    rule: 'index-not-concurrent',
    pairs: [
      ['CREATE TABLE ports (a int, b int, c int);\nCREATE INDEX ON ports (a);', 'SELECT 1;'],
      [
        'CREATE INDEX ports_b_idx ON ports (b); -- found',
        'CREATE INDEX ports_c_idx ON public.ports (c); -- found',
      ],
      ['CREATE UNIQUE INDEX CONCURRENTLY ports_a_key ON ports (a);', 'SELECT 1;'],
      [
        `ALTER TABLE ports ADD CONSTRAINT ports_a_key UNIQUE USING INDEX ports_a_key;
         ALTER TABLE ports
           ADD CONSTRAINT ports_b_key UNIQUE (b), -- found
           ADD CONSTRAINT ports_pkey PRIMARY KEY (c), -- found
           ADD COLUMN d int UNIQUE; -- found
         TRUNCATE ports;
         CREATE INDEX ports_c_again ON ports (c);`,
        'SELECT 1;',
      ],
      ['CREATE TABLE logs (at date NOT NULL) PARTITION BY RANGE (at);', 'SELECT 1;'],
      ['CREATE INDEX ON ONLY logs (at);', 'SELECT 1;'],
      [
        `CREATE INDEX ports_a_only ON ONLY ports (a); -- found
         ALTER TABLE ports ADD CONSTRAINT ports_x EXCLUDE USING btree (a WITH =); -- found
         CREATE TABLE IF NOT EXISTS ports (a int);
         CREATE INDEX ports_a_again ON ports (a); -- found
         CREATE TABLE IF NOT EXISTS lamps (a int);
         CREATE INDEX lamps_a_idx ON lamps (a);
         ALTER TABLE lamps ADD CONSTRAINT lamps_x EXCLUDE USING btree (a WITH =);`,
        'SELECT 1;',
      ],
      ['CREATE TABLE buoys (a int);', 'SELECT 1;'],
      [
        'TRUNCATE buoys; CREATE INDEX ON buoys (a); ALTER TABLE ports ADD CONSTRAINT ports_y EXCLUDE USING btree (b WITH =); -- found',
        'SELECT 1;',
      ],
      // Each schema has a table of that name, and the file makes only one of them.
      [
        `CREATE SCHEMA inland;
         CREATE TABLE inland.ports (a int);
         SET search_path = inland, public;
         CREATE INDEX inland_a ON ports (a);
         CREATE INDEX logs_at ON logs (at); -- found
         RESET search_path;
         CREATE INDEX ports_a_more ON ports (a); -- found`,
        `SELECT set_config('search_path', 'inland', true);
         CREATE INDEX inland_again ON ports (a); -- found
         DROP TABLE ports;
         CREATE TABLE ports (a int);
         CREATE INDEX inland_new ON ports (a);`,
      ],
    ],
  },
  {
    rule: 'not-null-without-default',
    pairs: [
      ['CREATE TABLE crews (a int); ALTER TABLE crews ADD COLUMN b int NOT NULL;', 'SELECT 1;'],
      [
        `ALTER TABLE crews
           ADD COLUMN c int NOT NULL, -- found
           ADD COLUMN d int NOT NULL DEFAULT NULL, -- found
           ADD COLUMN e int NOT NULL DEFAULT 0,
           ADD COLUMN f int,
           ADD COLUMN g int NOT NULL GENERATED ALWAYS AS IDENTITY,
           ADD COLUMN i int NOT NULL GENERATED ALWAYS AS (1) STORED;
         DELETE FROM crews;
         ALTER TABLE crews ADD COLUMN j int NOT NULL;`,
        'ALTER TABLE crews ADD COLUMN k int PRIMARY KEY; -- found',
      ],
      [
        `CREATE TABLE IF NOT EXISTS crews (a int);
         ALTER TABLE crews ADD COLUMN l int NOT NULL; -- found
         DROP TABLE crews;
         CREATE TABLE IF NOT EXISTS crews (a int);
         ALTER TABLE crews ADD COLUMN m int NOT NULL;`,
        'ALTER TABLE crews ADD COLUMN n int NOT NULL; -- found',
      ],
    ],
  },
  {
    rule: 'constraint-blocks-table',
    pairs: [
      [
        `CREATE TABLE tides (a int, b int, c int);
         CREATE TABLE moons (id int CONSTRAINT moons_pkey PRIMARY KEY);`,
        'SELECT 1;',
      ],
      [
        `ALTER TABLE tides
           ADD CONSTRAINT tides_b_check CHECK (b > 0), -- found
           ADD CONSTRAINT tides_b_there CHECK (b IS NOT NULL) NOT VALID,
           ADD CONSTRAINT tides_a_fkey FOREIGN KEY (a) REFERENCES moons; -- found
         ALTER TABLE tides ADD COLUMN moon int CONSTRAINT tides_moon_fkey REFERENCES moons;
         ALTER TABLE tides ALTER COLUMN c SET NOT NULL; -- found`,
        'ALTER TABLE tides ALTER COLUMN a SET NOT NULL; -- found',
      ],
      [
        `ALTER TABLE tides VALIDATE CONSTRAINT tides_b_there;
         ALTER TABLE tides ADD CONSTRAINT tides_c_check CHECK (c > 0) NOT VALID;
         ALTER TABLE tides VALIDATE CONSTRAINT tides_c_check; -- found`,
        'SELECT 1;',
      ],
      [
        `ALTER TABLE tides DROP CONSTRAINT tides_b_there;
         ALTER TABLE tides
           ADD CONSTRAINT tides_one CHECK (a IS NOT NULL OR b IS NOT NULL) NOT VALID,
           ADD CONSTRAINT tides_both CHECK (a IS NOT NULL AND c IS NOT NULL) NOT VALID;
         ALTER TABLE tides ALTER COLUMN a SET NOT NULL; -- found`,
        'ALTER TABLE tides ALTER COLUMN a DROP NOT NULL;',
      ],
      [
        'ALTER TABLE tides ALTER COLUMN b SET NOT NULL; -- found',
        `ALTER TABLE tides ALTER COLUMN b DROP NOT NULL, ALTER COLUMN c DROP NOT NULL;
         ALTER TABLE tides ADD CONSTRAINT tides_c_there NOT NULL c; -- found`,
      ],
      [
        `ALTER TABLE tides ADD COLUMN d int;
         ALTER TABLE tides ADD CONSTRAINT tides_d_there NOT NULL d NOT VALID;`,
        'SELECT 1;',
      ],
    ],
  },
  {
    rule: 'rename-in-use',
    pairs: [
      ['CREATE TABLE winds (a int, b int); CREATE TABLE gusts (a int);', 'SELECT 1;'],
      [
        `ALTER TABLE winds RENAME COLUMN a TO speed; -- found
         ALTER TABLE gusts RENAME TO squalls; -- found
         CREATE TABLE calms (a int);
         ALTER TABLE calms RENAME TO lulls;
         ALTER INDEX IF EXISTS nothing RENAME TO anything;`,
        'ALTER TABLE squalls RENAME TO gusts;',
      ],
      [
        `TRUNCATE winds;
         ALTER TABLE winds RENAME COLUMN b TO bearing; -- found`,
        'SELECT 1;',
      ],
    ],
  },
]

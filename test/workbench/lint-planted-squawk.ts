import type { Planted } from './lint-planted-files.js'

/** Defects that squawk finds, one file at a time, and those beside them that it does not know. */
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
         ALTER TABLE ports ADD CONSTRAINT ports_x EXCLUDE USING btree (a WITH =); -- found
         CREATE TABLE lamps (a int);
         ALTER TABLE lamps ADD CONSTRAINT lamps_x EXCLUDE USING btree (a WITH =);`,
        'SELECT 1;',
      ],
    ],
  },
  {
    rule: 'not-null-without-default',
    pairs: [
      ['CREATE TABLE crews (a int);', 'SELECT 1;'],
      [
        `ALTER TABLE crews
           ADD COLUMN c int NOT NULL, -- found
           ADD COLUMN d int NOT NULL DEFAULT NULL, -- found
           ADD COLUMN e int NOT NULL DEFAULT 0,
           ADD COLUMN f int,
           ADD COLUMN g int NOT NULL GENERATED ALWAYS AS IDENTITY;`,
        'ALTER TABLE crews ADD COLUMN k int NOT NULL; -- found',
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
    ],
  },
  {
    rule: 'rename-in-use',
    pairs: [
      ['CREATE TABLE winds (a int, b int); CREATE TABLE gusts (a int);', 'SELECT 1;'],
      [
        `ALTER TABLE winds RENAME COLUMN a TO speed; -- found
         ALTER TABLE gusts RENAME TO squalls; -- found
         ALTER INDEX IF EXISTS nothing RENAME TO anything;`,
        'ALTER TABLE squalls RENAME TO gusts;',
      ],
    ],
  },
]

import type { Planted } from './lint-planted-files.js'

/** Defects that a migrated database has to be asked for. */
export const plantedInCatalog: readonly Planted[] = [
  {
    rule: 'owner-without-cascade',
    pairs: [
      [
        `CREATE TABLE fleets (id int CONSTRAINT fleets_pkey PRIMARY KEY, parent_id int REFERENCES fleets);
         CREATE TABLE ships (
           id int CONSTRAINT ships_pkey PRIMARY KEY,
           fleet_id int REFERENCES fleets ON DELETE CASCADE,
           CONSTRAINT ships_key UNIQUE (fleet_id, id)
         );
         CREATE TABLE flags (
           fleet_id int NOT NULL
             REFERENCES fleets -- found
         );
         CREATE TABLE orders (
           fleet_id int, -- found
           ship_id int REFERENCES ships
         );
         CREATE TABLE cabins (
           fleet_id int, ship_id int,
           CONSTRAINT cabins_fkey
             FOREIGN KEY (fleet_id, ship_id) REFERENCES ships (fleet_id, id) ON DELETE CASCADE
         );
         CREATE TABLE rumours (told_by int);`,
        'SELECT 1;',
      ],
      [
        `ALTER TABLE rumours ADD CONSTRAINT rumours_fkey -- found
           FOREIGN KEY (told_by) REFERENCES fleets ON DELETE SET NULL;`,
        'SELECT 1;',
      ],
    ],
  },
  {
    rule: 'foreign-key-without-index',
    pairs: [
      [
        `CREATE TABLE quays (id int PRIMARY KEY, side int, UNIQUE (id, side));
         CREATE TABLE boats (
           id int PRIMARY KEY,
           a int REFERENCES quays,
           b int REFERENCES quays, -- found
           c int REFERENCES quays,
           d int REFERENCES quays, -- found
           e int REFERENCES quays, -- found
           f int, g int,
           FOREIGN KEY (f, g) REFERENCES quays (id, side),
           FOREIGN KEY (g, a) REFERENCES quays (id, side), -- found
           FOREIGN KEY (id, g) REFERENCES quays (id, side)
         );
         CREATE INDEX ON boats (a, b);
         CREATE INDEX ON boats (c) WHERE c IS NOT NULL;
         CREATE INDEX ON boats (d) WHERE d > 7;
         CREATE INDEX ON boats (abs(e), e);
         CREATE INDEX ON boats (g, f);`,
        'SELECT 1;',
      ],
      [
        `ALTER TABLE boats RENAME TO vessels;
         DO $$ BEGIN -- found
           ALTER TABLE vessels ADD COLUMN dock int REFERENCES quays;
         END $$;
         ALTER TABLE vessels ADD COLUMN x int;`,
        'SELECT 1;',
      ],
    ],
  },
  {
    rule: 'volatile-default',
    pairs: [
      [
        `CREATE TABLE bells (a int);
         ALTER TABLE bells ADD COLUMN b uuid DEFAULT gen_random_uuid();
         CREATE FUNCTION ring() RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE FUNCTION toll() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';`,
        'SELECT 1;',
      ],
      [
        `ALTER TABLE bells
           ADD COLUMN c uuid DEFAULT gen_random_uuid(), -- found
           ADD COLUMN d timestamptz DEFAULT now(),
           ADD COLUMN e int DEFAULT ring(), -- found
           ADD COLUMN f int DEFAULT toll(),
           ADD COLUMN g int DEFAULT 7,
           ADD COLUMN h serial; -- found`,
        'ALTER TABLE bells ADD COLUMN z float DEFAULT random(); -- found',
      ],
      ['ALTER TABLE bells ADD COLUMN i timestamptz DEFAULT now();', 'SELECT 1;'],
      [
        `CREATE TABLE rings (at int) PARTITION BY RANGE (at);
         CREATE TABLE rings_early PARTITION OF rings FOR VALUES FROM (0) TO (9);
         CREATE SCHEMA tower;
         CREATE TABLE tower.bells (a int);`,
        'SELECT 1;',
      ],
      [
        `ALTER TABLE rings ADD COLUMN loud float DEFAULT random(); -- found
         SET search_path = tower;
         ALTER TABLE bells ADD COLUMN loud float DEFAULT random(); -- found`,
        'SELECT 1;',
      ],
    ],
  },
  {
    rule: 'type-change-rewrites',
    pairs: [
      ['CREATE TABLE hitches (a int, b varchar(10), c timestamptz, d int);', 'SELECT 1;'],
      [
        `CREATE TABLE fresh (a int);
         ALTER TABLE fresh ALTER COLUMN a TYPE bigint;
         ALTER TABLE hitches ALTER COLUMN b TYPE text;`,
        'ALTER TABLE hitches ALTER COLUMN b TYPE varchar(10); -- found',
      ],
      ['ALTER TABLE hitches\n ALTER COLUMN a -- found\n TYPE bigint;', 'SELECT 1;'],
      ['ALTER TABLE hitches ALTER COLUMN b TYPE varchar;', 'SELECT 1;'],
      [
        `CREATE TABLE cables (at int, a int) PARTITION BY RANGE (at);
         CREATE TABLE cables_old PARTITION OF cables FOR VALUES FROM (0) TO (9);`,
        'SELECT 1;',
      ],
      ['ALTER TABLE cables ALTER COLUMN a TYPE bigint; -- found', 'SELECT 1;'],
    ],
  },
  {
    rule: 'mirror-out-of-step',
    pairs: [
      [
        `CREATE TABLE live (ship_id int, a int NOT NULL DEFAULT 1, b text);
         CREATE TABLE pins (fleet_id uuid, b text, a int NOT NULL DEFAULT 1);`,
        'SELECT 1;',
      ],
      ["ALTER TABLE live ADD COLUMN c text NOT NULL DEFAULT 'x'; -- found", 'SELECT 1;'],
      ['ALTER TABLE pins ALTER COLUMN b SET NOT NULL; -- found', 'SELECT 1;'],
      ['ALTER TABLE live ADD COLUMN d int; ALTER TABLE pins ADD COLUMN d int;', 'SELECT 1;'],
      ['ALTER TABLE pins ALTER COLUMN a SET DEFAULT 2; -- found', 'SELECT 1;'],
    ],
  },
]

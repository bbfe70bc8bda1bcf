/** Migrations with defects planted in them, for one rule. */
export interface Planted {
  readonly rule: string
  /**
   * Each an up and a down, in order. A line that ends in `-- found` is where the rule has to find
   * something; in all the others it must not.
   */
  readonly pairs: readonly (readonly [up: string, down: string])[]
}

/** Defects that are seen in the text, each with what only looks like one. */
export const plantedInFiles: readonly Planted[] = [
  {
    rule: 'down-drops-type-of-another',
    pairs: [
      ["CREATE TYPE sail AS ENUM ('jib'); CREATE DOMAIN knots AS int;", 'DROP TYPE sail;'],
      [
        'CREATE TABLE sails (kind sail, speed knots);',
        'DROP TABLE sails;\nDROP TYPE sail; -- found\nDROP DOMAIN knots; -- found',
      ],
      [
        "ALTER TYPE sail RENAME VALUE 'jib' TO 'genoa';",
        `CREATE TYPE sail_new AS ENUM ('jib');
         ALTER TABLE sails ALTER COLUMN kind TYPE sail_new USING 'jib';
         DROP TYPE sail;
         ALTER TYPE sail_new RENAME TO sail;`,
      ],
      [
        'SELECT 1;',
        `ALTER TYPE sail RENAME TO sail_old;
         CREATE TYPE sail AS ENUM ('jib');
         ALTER TABLE sails ALTER COLUMN kind TYPE sail USING 'jib';
         DROP TYPE sail_old;`,
      ],
      // The up drops it, and the down restores the column alone.
      ["CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE crew (a int, mood mood);", 'SELECT 1;'],
      [
        'ALTER TABLE crew DROP COLUMN mood; DROP TYPE mood;',
        'ALTER TABLE crew ADD COLUMN mood text;',
      ],
      // The down fails, because a table still uses the type.
      ['SELECT 1;', 'DROP TYPE IF EXISTS sail; -- found'],
    ],
  },
  {
    rule: 'enum-value-used-at-once',
    pairs: [
      ["CREATE TYPE rig AS ENUM ('sloop'); CREATE TABLE rigs (kind rig, note text);", 'SELECT 1;'],
      [
        "ALTER TYPE rig ADD VALUE 'yawl';\nINSERT INTO rigs (kind)\nVALUES ('yawl'); -- found",
        'SELECT 1;',
      ],
      ["ALTER TYPE rig ADD VALUE 'ketch'; INSERT INTO rigs (note) VALUES ('ketch');", 'SELECT 1;'],
      ["INSERT INTO rigs (kind) VALUES ('ketch');", 'SELECT 1;'],
      [
        `ALTER TYPE rig ADD VALUE 'cutter';
         DO $$ BEGIN INSERT INTO rigs VALUES ('cutter'); END $$; -- found`,
        'SELECT 1;',
      ],
      [
        `CREATE TYPE hull AS ENUM ('oak');
         ALTER TYPE hull ADD VALUE 'ash';
         CREATE TABLE hulls (kind hull DEFAULT 'ash'); -- found`,
        'SELECT 1;',
      ],
    ],
  },
  {
    rule: 'unnamed-constraint',
    pairs: [
      [
        `CREATE TABLE masts (
           id int PRIMARY KEY, -- found
           a int NOT NULL DEFAULT 0 CONSTRAINT masts_a_key UNIQUE,
           b int REFERENCES masts, -- found
           CHECK (a > 0), -- found
           CONSTRAINT masts_b_check CHECK (b > 0)
         );
         CREATE TEMPORARY TABLE scratch (id int PRIMARY KEY);
         ALTER TABLE masts ADD UNIQUE (b); -- found
         CREATE UNIQUE INDEX masts_index ON masts (b);
         ALTER TABLE masts ADD UNIQUE USING INDEX masts_index;
         CREATE DOMAIN height AS int
           CHECK (value > 0) -- found
           CONSTRAINT height_max CHECK (value < 99) NOT NULL;
         ALTER DOMAIN height ADD CHECK (value < 90); -- found`,
        'SELECT 1;',
      ],
    ],
  },
  {
    rule: 'destroys-without-note',
    pairs: [
      [
        'CREATE TABLE oars (a int, b int); CREATE TABLE seats (a int);',
        '-- destroys: oars, seats\nDROP TABLE oars, seats;',
      ],
      [
        `-- destroys: column b of oars, whose values
         -- nobody reads; and each of the seats
         ALTER TABLE oars ADD COLUMN c int, DROP COLUMN b;
         ALTER TABLE oars DROP COLUMN c;
         DELETE FROM seats;
         CREATE TABLE swap (a int);
         DROP TABLE swap;`,
        `-- destroys: nothing of worth
         ALTER TABLE oars
           DROP COLUMN a; -- found
         WITH gone AS (
           DELETE FROM seats RETURNING a -- found
         ) SELECT count(*) FROM gone;
         TRUNCATE oars; -- found
         DROP TABLE oars, -- found
           seats; -- found`,
      ],
      [
        `CREATE TYPE wood AS ENUM ('oak'); CREATE DOMAIN span AS int;
         CREATE TABLE planks (kind wood, long span);`,
        `DROP TABLE planks; -- found
         DROP TYPE wood;
         DROP DOMAIN span CASCADE; -- found`,
      ],
      [
        'DROP TYPE wood CASCADE; -- found',
        '-- destroys: span of planks\nDROP DOMAIN span CASCADE;',
      ],
    ],
  },
  {
    rule: 'one-statement-without-transaction',
    pairs: [
      ['CREATE TABLE docks (a int);', 'SELECT 1;'],
      [
        `-- driftpin: no transaction
CREATE INDEX CONCURRENTLY docks_a_idx ON docks (a);
CREATE INDEX CONCURRENTLY docks_b_idx ON docks (a); -- found`,
        '-- driftpin: no transaction\nDROP INDEX CONCURRENTLY docks_a_idx;',
      ],
      ['SELECT 1; SELECT 2;', 'SELECT 1; SELECT 2;'],
    ],
  },
  {
    rule: 'needs-no-transaction',
    pairs: [
      ['CREATE TABLE piers (a int);', 'SELECT 1;'],
      [
        `ANALYZE piers;
/* for the list */ CREATE INDEX CONCURRENTLY piers_a_idx ON piers (a); -- found`,
        `VACUUM piers; -- found
SELECT 1;
REINDEX (VERBOSE) TABLE CONCURRENTLY piers; -- found
REINDEX TABLE piers;
REINDEX SCHEMA public; -- found
ALTER TABLE piers DETACH PARTITION pier CONCURRENTLY; -- found
DROP INDEX CONCURRENTLY piers_a_idx; -- found
CLUSTER piers;
CLUSTER; -- found
ALTER SYSTEM RESET work_mem; -- found
CREATE DATABASE quays; -- found`,
      ],
      // Alone in its file it runs without a transaction.
      ['VACUUM piers;', 'REINDEX TABLE CONCURRENTLY piers;'],
      [
        'ANALYZE piers; REINDEX TABLE piers;',
        `-- driftpin: no transaction
DROP INDEX CONCURRENTLY piers_a_idx;`,
      ],
    ],
  },
]

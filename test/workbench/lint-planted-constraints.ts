import type { Planted } from './lint-planted-files.js'

/** Constraints that read a table while nobody can use it, and proofs that spare that. */
export const plantedConstraints: readonly Planted[] = [
  {
    rule: 'constraint-blocks-table',
    pairs: [
      [
        `CREATE TABLE tides (a int, b int, c int);
         ALTER TABLE tides ADD CONSTRAINT tides_a_check CHECK (a > 0);
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
      ['ALTER TABLE tides ALTER COLUMN b SET NOT NULL;', 'SELECT 1;'],
      [
        `ALTER TABLE tides ALTER COLUMN b DROP NOT NULL, DROP CONSTRAINT tides_b_there;
         ALTER TABLE tides
           ADD CONSTRAINT tides_one CHECK (a IS NOT NULL OR b IS NOT NULL) NOT VALID,
           ADD CONSTRAINT tides_both CHECK (a IS NOT NULL AND c IS NOT NULL) NOT VALID;
         ALTER TABLE tides ALTER COLUMN a SET NOT NULL; -- found`,
        `ALTER TABLE tides ALTER COLUMN a DROP NOT NULL;
         ALTER TABLE tides VALIDATE CONSTRAINT tides_one;`,
      ],
      [
        'ALTER TABLE tides VALIDATE CONSTRAINT tides_both, VALIDATE CONSTRAINT tides_one;',
        'SELECT 1;',
      ],
      [
        `ALTER TABLE tides ALTER COLUMN c SET NOT NULL;
         ALTER TABLE tides ALTER COLUMN b SET NOT NULL; -- found`,
        `ALTER TABLE tides ALTER COLUMN b DROP NOT NULL, ALTER COLUMN c DROP NOT NULL,
           DROP CONSTRAINT tides_both;
         ALTER TABLE tides ADD CONSTRAINT tides_c_there NOT NULL c; -- found`,
      ],
      [
        `ALTER TABLE tides ADD COLUMN d int;
         ALTER TABLE tides ADD CONSTRAINT tides_d_there NOT NULL d NOT VALID;`,
        'SELECT 1;',
      ],
    ],
  },
]

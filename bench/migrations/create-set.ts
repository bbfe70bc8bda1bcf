import type { Migration } from '../../src/index.ts'
import { type MigrationFile, parseMigrations } from '../../src/migrations/parse-migrations.ts'

/** Migrations as a project has them after some years, and the rows that each is proven with. */
export interface MigrationSet {
  readonly migrations: readonly Migration[]
  readonly fixtures: readonly MigrationFile[]
}

interface Part {
  readonly name: string
  readonly up: string
  readonly down: string
  readonly fixture: string
}

/** The parts of a table's life, one after the other, for the table with this number. */
const parts: readonly ((table: number) => Part)[] = [
  (n) => ({
    name: `create_item_${n}`,
    up: `CREATE TABLE item_${n} (
      id bigint GENERATED ALWAYS AS IDENTITY,
      parent_id bigint,
      title text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT item_${n}_pkey PRIMARY KEY (id)
    );
    COMMENT ON TABLE item_${n} IS 'Items of the kind ${n}.';
    COMMENT ON COLUMN item_${n}.title IS 'What a person reads.';`,
    down: `DROP TABLE item_${n};`,
    fixture: `INSERT INTO item_${n} (title) SELECT 'item ' || n FROM generate_series(1, 5) n;`,
  }),
  (n) => ({
    name: `add_state_to_item_${n}`,
    up: `CREATE TYPE item_${n}_state AS ENUM ('new', 'done');
    ALTER TABLE item_${n} ADD COLUMN state item_${n}_state NOT NULL DEFAULT 'new';`,
    down: `ALTER TABLE item_${n} DROP COLUMN state;\nDROP TYPE item_${n}_state;`,
    fixture: `INSERT INTO item_${n} (title, state) VALUES ('a done one', 'done');`,
  }),
  (n) => ({
    name: `index_item_${n}`,
    up: `CREATE INDEX item_${n}_created_at_idx ON item_${n} (created_at);
    COMMENT ON INDEX item_${n}_created_at_idx IS 'Serves the list of the newest.';`,
    down: `DROP INDEX item_${n}_created_at_idx;`,
    fixture: `INSERT INTO item_${n} (title) VALUES ('an indexed one');`,
  }),
  (n) => ({
    name: `refer_from_item_${n}`,
    up: `ALTER TABLE item_${n} ADD CONSTRAINT item_${n}_parent_id_fkey
      FOREIGN KEY (parent_id) REFERENCES item_${Math.max(1, n - 1)} (id) ON DELETE CASCADE;
    CREATE INDEX item_${n}_parent_id_idx ON item_${n} (parent_id);`,
    down: `DROP INDEX item_${n}_parent_id_idx;
    ALTER TABLE item_${n} DROP CONSTRAINT item_${n}_parent_id_fkey;`,
    fixture: `INSERT INTO item_${n} (title, parent_id)
      SELECT 'a child', min(id) FROM item_${Math.max(1, n - 1)};`,
  }),
  (n) => ({
    name: `count_item_${n}`,
    up: `CREATE FUNCTION item_${n}_count(wanted text) RETURNS bigint LANGUAGE sql STABLE
      RETURN (SELECT count(*) FROM item_${n} WHERE title = wanted);
    COMMENT ON FUNCTION item_${n}_count (text) IS 'How many have a title.';`,
    down: `DROP FUNCTION item_${n}_count (text);`,
    fixture: `INSERT INTO item_${n} (title) SELECT 'found ' || item_${n}_count('an indexed one');`,
  }),
  (n) => ({
    name: `check_item_${n}`,
    up: `ALTER TABLE item_${n} ADD COLUMN note text,
      ADD CONSTRAINT item_${n}_title_check CHECK (title <> '');`,
    down: `ALTER TABLE item_${n} DROP CONSTRAINT item_${n}_title_check, DROP COLUMN note;`,
    fixture: `INSERT INTO item_${n} (title, note) VALUES ('a noted one', 'note');`,
  }),
]

/** The same set for the same count, on every machine. */
export function createSet(count: number): MigrationSet {
  const files: MigrationFile[] = []
  const fixtures: MigrationFile[] = []
  for (let index = 0; index < count; index++) {
    const part = parts[index % parts.length]!(1 + Math.floor(index / parts.length))
    const label = `${String(index + 1).padStart(6, '0')}_${part.name}`
    files.push({ file: `${label}.up.sql`, text: part.up })
    files.push({ file: `${label}.down.sql`, text: part.down })
    fixtures.push({ file: `${label}.sql`, text: part.fixture })
  }
  return { migrations: parseMigrations(files), fixtures }
}

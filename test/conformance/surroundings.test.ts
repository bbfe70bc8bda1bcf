import { expect, test } from 'vitest'
import { fromPGlite } from '../../src/index.js'
import { openPGlite } from '../support/open-pglite.js'
import { readSurroundings } from './read-surroundings.js'

test('what no manifest has of a schema is seen to differ, whatever part of it was changed', async () => {
  await using pglite = await openPGlite()
  const database = fromPGlite(pglite, { schema: 'seen' })
  await database.script(`
    CREATE SCHEMA seen;
    CREATE TYPE seen.mood AS ENUM ('good', 'bad');
    CREATE TABLE seen.one (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text DEFAULT 'none', mood seen.mood
    )`)
  let before = await readSurroundings(database)
  for (const change of [
    'ALTER TABLE seen.one ALTER note SET STORAGE EXTERNAL',
    'ALTER TABLE seen.one ALTER note SET STATISTICS 5',
    "ALTER TABLE seen.one ALTER note SET DEFAULT 'nothing'",
    'ALTER TABLE seen.one ALTER note TYPE text COLLATE "C"',
    'ALTER TABLE seen.one SET (fillfactor = 50)',
    'ALTER TABLE seen.one REPLICA IDENTITY FULL',
    'ALTER TABLE seen.one ENABLE ROW LEVEL SECURITY',
    'ALTER SEQUENCE seen.one_id_seq CACHE 7',
    'GRANT SELECT ON seen.one TO PUBLIC',
    'GRANT SELECT (note) ON seen.one TO PUBLIC',
    'REVOKE USAGE ON TYPE seen.mood FROM PUBLIC',
    'CREATE INDEX one_note ON seen.one (note)',
    'CLUSTER seen.one USING one_pkey',
    'ALTER TABLE seen.one ADD CONSTRAINT short CHECK (length(note) < 9) NOT VALID',
    'ALTER TABLE seen.one VALIDATE CONSTRAINT short',
    "COMMENT ON CONSTRAINT short ON seen.one IS 'At most eight.'",
    "COMMENT ON INDEX seen.one_note IS 'By note.'",
    "COMMENT ON TYPE seen.mood IS 'How it is.'",
    'CREATE FUNCTION seen.one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'CREATE STATISTICS seen.both ON id, note FROM seen.one',
  ]) {
    await database.script(change)
    const after = await readSurroundings(database)
    expect(after, change).not.toEqual(before)
    before = after
  }
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Catalog,
  foreignKeysWithoutIndex,
  mirrorOffences,
  ownersWithoutCascade,
  readCatalog,
  scopedTables,
} from '../../src/catalog/index.js'
import { type EmbeddedTestDatabase, type Harness, openHarness } from '../../src/harness/index.js'

let harness: Harness
let db: EmbeddedTestDatabase
beforeAll(async () => {
  harness = await openHarness({ migrations: false })
  db = await harness.createDatabase()
})
afterAll(() => harness.close())

/** The catalog after a script, which is not kept. */
async function catalogOf(script: string): Promise<Catalog> {
  const mark = await db.mark()
  await db.script(script)
  const catalog = await readCatalog(db)
  await db.rewind(mark)
  return catalog
}

const tableOf = ({ tables }: Catalog, name: string) => tables.find((one) => one.name === name)!

test('a table belongs to an owner through keys that cascade, over any number of tables', async () => {
  const catalog = await catalogOf(`
    CREATE TABLE fleets (id int PRIMARY KEY);
    CREATE TABLE ships (
      fleet int REFERENCES fleets ON DELETE CASCADE, id int UNIQUE, UNIQUE (fleet, id)
    );
    CREATE TABLE cabins (
      ship int, fleet_of_ship int, id int UNIQUE,
      FOREIGN KEY (fleet_of_ship, ship) REFERENCES ships (fleet, id) ON DELETE CASCADE
    );
    CREATE TABLE beds (cabin int REFERENCES cabins (id) ON DELETE CASCADE);
    CREATE TABLE harbours (id int PRIMARY KEY);`)
  expect(scopedTables(catalog, 'fleets')).toEqual([
    // The key of its owner is in cabins only.
    { name: 'beds', column: null },
    { name: 'cabins', column: 'fleet_of_ship' },
    { name: 'ships', column: 'fleet' },
  ])
  expect(scopedTables(catalog, 'cabins')).toEqual([{ name: 'beds', column: 'cabin' }])
  expect(scopedTables(catalog, 'harbours')).toEqual([])
})

test('a key that does not cascade ends the path, and a table behind it has another owner', async () => {
  const catalog = await catalogOf(`
    CREATE TABLE fleets (id int PRIMARY KEY);
    CREATE TABLE ships (id int PRIMARY KEY, fleet int REFERENCES fleets ON DELETE SET NULL);
    CREATE TABLE cabins (ship int REFERENCES ships ON DELETE CASCADE);
    CREATE TABLE flags (fleet int REFERENCES fleets);`)
  expect(scopedTables(catalog, 'fleets')).toEqual([])
  expect(scopedTables(catalog, 'ships')).toEqual([{ name: 'cabins', column: 'ship' }])
})

test('a cycle of keys ends, and the owner does not belong to itself', async () => {
  const catalog = await catalogOf(`
    CREATE TABLE fleets (id int PRIMARY KEY, parent int REFERENCES fleets ON DELETE CASCADE);
    CREATE TABLE ships (id int PRIMARY KEY, fleet int REFERENCES fleets ON DELETE CASCADE);
    CREATE TABLE captains (id int PRIMARY KEY, ship int REFERENCES ships ON DELETE CASCADE);
    ALTER TABLE ships ADD captain int REFERENCES captains ON DELETE CASCADE;
    ALTER TABLE fleets ADD flagship int REFERENCES ships ON DELETE CASCADE;`)
  expect(scopedTables(catalog, 'fleets')).toEqual([
    { name: 'captains', column: null },
    { name: 'ships', column: 'fleet' },
  ])
  expect(scopedTables(catalog, 'ships').map(({ name }) => name)).toEqual(['captains', 'fleets'])
})

test('the rules about owners, indexes and mirrors name the table, the key and the column', async () => {
  const catalog = await catalogOf(`
    CREATE TABLE fleets (id int PRIMARY KEY);
    CREATE TABLE ships (id int PRIMARY KEY, fleet_id int REFERENCES fleets ON DELETE CASCADE);
    CREATE TABLE logs (fleet_id int, note text);
    CREATE TABLE flags (
      fleet_id int CONSTRAINT flags_key REFERENCES fleets ON DELETE SET NULL, note text NOT NULL
    );
    CREATE TABLE pennants (
      fleet_id int REFERENCES fleets, colour text,
      FOREIGN KEY (fleet_id) REFERENCES fleets ON DELETE CASCADE
    );
    CREATE INDEX ON flags (fleet_id) WHERE fleet_id IS NOT NULL;
    CREATE INDEX ON pennants (fleet_id) WHERE colour = 'red';`)
  const owners = ownersWithoutCascade(catalog, { owner: 'fleets', column: 'fleet_id' })
  expect(owners.map(({ table, key, column }) => [table, key?.name, column])).toEqual([
    ['flags', 'flags_key', 'fleet_id'],
    // No key at all. In pennants another key on the same column cascades.
    ['logs', undefined, 'fleet_id'],
  ])
  const withoutIndex = catalog.tables.flatMap((table) =>
    foreignKeysWithoutIndex(table).map(({ columns }) => [table.name, ...columns]),
  )
  expect(withoutIndex).toEqual([
    ['pennants', 'fleet_id'],
    ['pennants', 'fleet_id'],
    ['ships', 'fleet_id'],
  ])
  expect(mirrorOffences(tableOf(catalog, 'logs'), tableOf(catalog, 'flags'))).toEqual([
    { column: 'note', shapes: ['text', 'text NOT NULL'] },
  ])
  expect(mirrorOffences(tableOf(catalog, 'logs'), tableOf(catalog, 'pennants'))).toEqual([
    { column: 'note', shapes: ['text', undefined] },
    { column: 'colour', shapes: [undefined, 'text'] },
  ])
})

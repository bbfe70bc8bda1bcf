import { expect, test } from 'vitest'
import { dumpRows } from '../../src/catalog/index.js'
import { openHarness } from '../../src/harness/index.js'

test('a row of an heir is kept in its own table, and once', async () => {
  await using harness = await openHarness({
    migrations: false,
    cacheKey: 'heirs',
    setup: (db) => db.script('CREATE TABLE boats (n int); CREATE TABLE tugs () INHERITS (boats)'),
  })
  await using kept = await harness.createDatabase()
  await using fresh = await harness.createDatabase()
  await kept.script('INSERT INTO boats VALUES (1); INSERT INTO tugs VALUES (2)')
  await fresh.script('INSERT INTO tugs VALUES (3)')
  await fresh.script(await dumpRows(kept))
  const { rows } = await fresh.query(
    'SELECT tableoid::regclass::text AS of, n FROM boats ORDER BY 2',
  )
  expect(rows).toEqual([
    { of: 'boats', n: 1 },
    { of: 'tugs', n: 2 },
  ])
})

import { beforeAll, describe, expect, test } from 'vitest'
import { describeDatabase, differences, digestDatabase } from '../../src/catalog/index.js'
import { openHarness } from '../../src/harness/index.js'
import type { Database } from '../../src/index.js'
import { createMigrator } from '../../src/migrations/create-migrator.js'
import { engineNames, useEngine } from '../support/engines.js'
import { digestStart } from './digest-start.js'

describe.each(engineNames)('the digest on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = engine.database('public')
    await database.script(digestStart)
  })

  test('changes nothing, and goes on where an open transaction and its cursor are', async () => {
    await database.transaction(async (transaction) => {
      await transaction.script("SET LOCAL search_path = shop; SET LOCAL DateStyle = 'German'")
      await transaction.script('DECLARE rest CURSOR FOR SELECT name FROM items ORDER BY id')
      await transaction.query('FETCH 1 FROM rest')
      const before = await digestDatabase(transaction)
      expect(await digestDatabase(transaction)).toBe(before)
      const { rows } = await transaction.query('FETCH 1 FROM rest')
      expect(rows).toEqual([{ name: 'b' }])
      await transaction.script('INSERT INTO nothing DEFAULT VALUES')
      const set = "SELECT current_setting('DateStyle') AS style, pg_current_xact_id_if_assigned()"
      expect(await transaction.query(set)).toMatchObject({ rows: [{ style: 'German, DMY' }] })
    })
    await database.transaction(async (transaction) => {
      await digestDatabase(transaction)
      const sql = 'SELECT pg_current_xact_id_if_assigned()::text AS id'
      expect((await transaction.query(sql)).rows).toEqual([{ id: null }])
    })
  })

  test('does not depend on the order of rows, nor on what was rolled back', async () => {
    const before = await describeDatabase(database)
    await database.script(`BEGIN; CREATE TABLE kept AS SELECT * FROM shop.items;
      DELETE FROM shop.items WHERE id > 1; INSERT INTO shop.items SELECT * FROM kept
      WHERE id > 1 ORDER BY id DESC; DROP TABLE kept; COMMIT`)
    await database.script('BEGIN; DROP SCHEMA shop CASCADE; ROLLBACK')
    expect(differences(before, await describeDatabase(database))).toEqual([])
  })
})

test('two fresh databases have the same digest after the same statements', async () => {
  await using harness = await openHarness({ migrations: false })
  const [one, other] = [await harness.createDatabase(), await harness.createDatabase()]
  // What was made before and is gone moves every number that PostgreSQL gives.
  await other.script('CREATE TABLE gone (a text); DROP TABLE gone; SELECT lo_unlink(lo_create(0))')
  for (const database of [one, other]) {
    await database.script(digestStart)
    await createMigrator(database).up()
    await database.query("SELECT lo_from_bytea(0, '\\x01')")
  }
  // The ledger has the time of each migration.
  const ledger = 'rows of table public.driftpin_migrations'
  expect(differences(await describeDatabase(one), await describeDatabase(other))).toEqual([ledger])
  for (const database of [one, other]) {
    await database.script('DELETE FROM driftpin_migrations')
  }
  expect(await digestDatabase(one)).toBe(await digestDatabase(other))
})

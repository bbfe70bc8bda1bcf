import { describe, expect, test } from 'vitest'
import { digestRows, readCatalog } from '../../src/catalog/index.js'
import { createMigrator, type Database } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { engineNames, recording, useEngine } from '../support/engines.js'

const migrations = parseMigrations([
  { file: '000001_create_one.up.sql', text: 'CREATE TABLE one (n int);' },
  { file: '000001_create_one.down.sql', text: 'DROP TABLE one;' },
  { file: '000002_create_two.up.sql', text: 'CREATE TABLE two (n int);' },
  { file: '000002_create_two.down.sql', text: 'DROP TABLE two;' },
  { file: '000005_create_five.up.sql', text: 'CREATE TABLE five (n int);' },
  { file: '000005_create_five.down.sql', text: 'DROP TABLE five;' },
])

describe.each(engineNames)('status and plan on %s', (name) => {
  const engine = useEngine(name)
  let schemas = 0
  function fresh() {
    schemas += 1
    const database = engine.database(`plan ${schemas}`)
    return { database, migrator: createMigrator(database, { migrations }) }
  }
  const tables = async (database: Database) =>
    (await readCatalog(database)).tables.map((table) => table.name)
  const versionsOf = (steps: readonly { version: number; direction: string }[]) =>
    steps.map(({ version, direction }) => `${version} ${direction}`)

  test('status and plan work where there is no schema, and make none', async () => {
    const { database, migrator } = fresh()
    const texts: string[] = []
    const watched = createMigrator(recording(database, texts), { migrations })
    expect(await watched.status()).toEqual(
      migrations.map(({ version, name }) => ({
        version,
        name,
        state: 'pending',
        appliedAt: undefined,
        durationMs: undefined,
      })),
    )
    expect(versionsOf(await watched.plan())).toEqual(['1 up', '2 up', '5 up'])
    expect(texts.filter((text) => !/^\s*SELECT/.test(text))).toEqual([])
    const { rows } = await database.query('SELECT FROM pg_namespace WHERE nspname = $1', [
      database.schema,
    ])
    expect(rows).toEqual([])
    expect(await migrator.up()).toHaveLength(3)
  })

  test('a plan has the SQL of each file as it will be run, and writes nothing', async () => {
    const { database, migrator } = fresh()
    await migrator.to(1)
    const before = [await digestRows(database), await readCatalog(database)]
    expect(await migrator.plan()).toEqual([
      {
        version: 2,
        name: 'create_two',
        direction: 'up',
        file: '000002_create_two.up.sql',
        sql: 'CREATE TABLE two (n int);',
        transaction: true,
      },
      expect.objectContaining({ version: 5, file: '000005_create_five.up.sql' }),
    ])
    expect(versionsOf(await migrator.plan(2))).toEqual(['2 up'])
    expect(versionsOf(await migrator.plan(1))).toEqual([])
    expect(versionsOf(await migrator.plan(0))).toEqual(['1 down'])
    expect([await digestRows(database), await readCatalog(database)]).toEqual(before)
  })

  test('status tells applied from pending, with time and duration', async () => {
    const { database, migrator } = fresh()
    await migrator.to(2)
    const { rows } = await database.query('SELECT now() AS now')
    const statuses = await migrator.status()
    expect(statuses.map(({ state }) => state)).toEqual(['applied', 'applied', 'pending'])
    for (const { appliedAt, durationMs } of statuses.slice(0, 2)) {
      expect(appliedAt!.getTime()).toBeLessThanOrEqual((rows[0]!.now as Date).getTime())
      expect(durationMs).toBeGreaterThan(0)
    }
    expect(statuses[2]).toMatchObject({ appliedAt: undefined, durationMs: undefined })
  })

  test('up, to and down run what their plan said', async () => {
    const { database, migrator } = fresh()
    expect(versionsOf(await migrator.to(2))).toEqual(['1 up', '2 up'])
    expect(await tables(database)).toEqual(['driftpin_migrations', 'one', 'two'])
    expect(versionsOf(await migrator.down())).toEqual(['2 down'])
    expect(versionsOf(await migrator.up())).toEqual(['2 up', '5 up'])
    expect(versionsOf(await migrator.to(1))).toEqual(['5 down', '2 down'])
    expect(await tables(database)).toEqual(['driftpin_migrations', 'one'])
    expect(versionsOf(await migrator.to(0))).toEqual(['1 down'])
    expect(await tables(database)).toEqual(['driftpin_migrations'])
  })

  test('down takes as many steps as it is told, and no more than there are', async () => {
    const { migrator } = fresh()
    await migrator.up()
    expect(versionsOf(await migrator.down({ steps: 0 }))).toEqual([])
    expect(versionsOf(await migrator.down({ steps: 2 }))).toEqual(['5 down', '2 down'])
    expect(versionsOf(await migrator.down({ steps: 100 }))).toEqual(['1 down'])
    expect(versionsOf(await migrator.down())).toEqual([])
  })

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'down with %s steps is refused',
    async (steps) => {
      const { database, migrator } = fresh()
      await migrator.up()
      await expect(migrator.down({ steps })).rejects.toMatchObject({ code: 'invalid_input' })
      expect(await tables(database)).toHaveLength(4)
    },
  )

  test.each([3, -1, 1.5, 6, Number.NaN])(
    'to version %s, which there is not, is refused',
    async (to) => {
      const { database, migrator } = fresh()
      await migrator.to(1)
      for (const refused of [() => migrator.to(to), () => migrator.plan(to)]) {
        const error = await refused().catch((error) => error)
        expect(error).toMatchObject({ name: 'DriftpinError', code: 'migration_target' })
        expect(error.message).toContain('The versions are 1, 2, 5, and 0 for none.')
      }
      expect(await tables(database)).toEqual(['driftpin_migrations', 'one'])
    },
  )
})

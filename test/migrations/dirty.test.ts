import { describe, expect, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import { createMigrator, type Database } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { engineNames, useEngine } from '../support/engines.js'

const directive = '-- driftpin: no transaction\n'
const migrations = parseMigrations([
  { file: '1_numbers.up.sql', text: 'CREATE TABLE numbers (n int)' },
  { file: '1_numbers.down.sql', text: 'DROP TABLE numbers' },
  {
    file: '2_index.up.sql',
    text: `${directive}CREATE UNIQUE INDEX CONCURRENTLY numbers_n ON numbers (n)`,
  },
  { file: '2_index.down.sql', text: `${directive}DROP INDEX CONCURRENTLY numbers_n` },
])

describe.each(engineNames)('a migration without a transaction on %s', (name) => {
  const engine = useEngine(name)
  const states = async (database: Database) =>
    (await createMigrator(database, { migrations }).status()).map(({ state }) => state)
  const invalid = async (database: Database) =>
    (await readCatalog(database)).tables.flatMap(({ indexes }) =>
      indexes.flatMap(({ name, valid }) => (valid ? [] : [name])),
    )

  /** A database whose index could not be built, and what every method says then. */
  async function broken(schema: string) {
    const database = engine.database(schema)
    const migrator = createMigrator(database, { migrations })
    await migrator.to(1)
    await database.script(`INSERT INTO "${schema}".numbers VALUES (1), (1)`)
    const failed = await migrator.up().catch((error) => error)
    return { database, migrator, failed }
  }

  test('that fails is dirty until somebody has looked, and says what it left', async () => {
    const { database, migrator, failed } = await broken('dirty up')
    expect(failed).toMatchObject({ code: 'migration_failed', cause: { code: '23505' } })
    expect(failed.message).toContain('2_index.up.sql failed in line 2')
    expect(await states(database)).toEqual(['applied', 'dirty'])
    expect(await invalid(database)).toEqual(['numbers_n'])
    for (const refused of [() => migrator.up(), () => migrator.down(), () => migrator.plan()]) {
      const error = await refused().catch((error) => error)
      expect(error).toMatchObject({ code: 'migration_dirty' })
      expect(error.message).toContain('2_index.up.sql')
      expect(error.cause).toMatchObject({ invalid: ['"dirty up"."numbers_n"'] })
    }
  })

  test('is done again once what it left is gone, by the very commands of the message', async () => {
    const { database, migrator } = await broken('dirty again')
    const { message } = await migrator.up().catch((error) => error)
    const drop = /DROP INDEX CONCURRENTLY [^;.]*\.[^;.]*/.exec(message)![0]
    await database.script(drop)
    await database.script('DELETE FROM "dirty again".numbers')
    const [, version] = /driftpin migrate resolve (\d+) --not-applied/.exec(message)!
    await migrator.resolve(Number(version), 'pending')
    expect(await states(database)).toEqual(['applied', 'pending'])
    expect(await migrator.up()).toHaveLength(1)
    expect(await invalid(database)).toEqual([])
  })

  test('is taken for applied when a person has mended it, with its file as it is now', async () => {
    const { database, migrator } = await broken('dirty mended')
    await database.script(
      `DELETE FROM "dirty mended".numbers; DROP INDEX "dirty mended".numbers_n;
       CREATE UNIQUE INDEX numbers_n ON "dirty mended".numbers (n)`,
    )
    const none = await migrator.up().catch((error) => error)
    expect(none.message).toContain('No index of the schema dirty mended is invalid')
    const edited = migrations.map((one) =>
      one.version === 2 ? { ...one, up: { ...one.up, text: `${one.up.text} -- edited` } } : one,
    )
    await createMigrator(database, { migrations: edited }).resolve(2, 'applied')
    expect(await createMigrator(database, { migrations: edited }).up()).toEqual([])
    expect(await states(database)).toEqual(['applied', 'edited'])
    expect(await createMigrator(database, { migrations: edited }).down()).toHaveLength(1)
  })

  test('whose down fails is dirty too, and can be settled either way', async () => {
    const database = engine.database('dirty down')
    const migrator = createMigrator(database, { migrations })
    await migrator.up()
    await database.script('DROP INDEX "dirty down".numbers_n')
    await expect(migrator.down()).rejects.toMatchObject({ code: 'migration_failed' })
    await expect(migrator.up()).rejects.toMatchObject({ code: 'migration_dirty' })
    await migrator.resolve(2, 'pending')
    expect(await migrator.up()).toHaveLength(1)
  })

  test('that is not dirty cannot be settled, and nothing is written', async () => {
    const database = engine.database('undirty resolve')
    const migrator = createMigrator(database, { migrations })
    const absent = await migrator.resolve(1, 'applied').catch((error) => error)
    expect(absent).toMatchObject({ code: 'invalid_input' })
    const { rows } = await database.query('SELECT FROM pg_namespace WHERE nspname = $1', [
      database.schema,
    ])
    expect(rows).toEqual([])
    await migrator.to(1)
    for (const [version, says] of [
      [1, 'Migration 1 is applied here, not dirty'],
      [2, 'Migration 2 is pending here, not dirty'],
      [3, 'Migration 3 is not known here'],
    ] as const) {
      const error = await migrator.resolve(version, 'pending').catch((error) => error)
      expect(error).toMatchObject({ code: 'invalid_input' })
      expect(error.message).toContain(says)
    }
    expect(await states(database)).toEqual(['applied', 'pending'])
  })

  test('finds its tables in the schema, and leaves the search path as it was', async () => {
    const database = engine.database('undirty')
    const before = (await database.query('SHOW search_path')).rows
    expect(await createMigrator(database, { migrations }).up()).toMatchObject([
      { transaction: true },
      { transaction: false },
    ])
    const { rows } = await database.query('SHOW search_path')
    expect(rows).toEqual(before)
  })
})

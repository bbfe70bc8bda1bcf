import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { assertSchemaCurrent, createMigrator, type Database, fromPg } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { engineNames, recording, useEngine } from '../support/engines.js'
import { serverUrl } from '../support/server-url.js'

const of = (...names: string[]) =>
  parseMigrations(
    names.map((name) => ({ file: `${name}.up.sql`, text: `CREATE TABLE "${name}" (n int)` })),
    { forwardOnly: true },
  )
const migrations = of('1_one', '2_two', '3_three')

describe.each(engineNames)('the check of a backend that starts, on %s', (name) => {
  const engine = useEngine(name)
  let schemas = 0
  async function migrated(to: number): Promise<Database> {
    schemas += 1
    const database = engine.database(`current ${schemas}`)
    if (to > 0) await createMigrator(database, { migrations }).to(to)
    return database
  }
  const refusal = (database: Database, options: object) =>
    assertSchemaCurrent(database, options).then(
      () => undefined,
      (error) => error,
    )

  test('passes when code and database have the same, and writes nothing', async () => {
    const database = await migrated(3)
    const texts: string[] = []
    await assertSchemaCurrent(recording(database, texts), { migrations })
    expect(texts.length).toBeGreaterThan(0)
    expect(texts.filter((text) => !/^\s*SELECT/.test(text))).toEqual([])
  })

  test("holds driftpin's own migrations against a database, unless told otherwise", async () => {
    await assertSchemaCurrent(await engine.install())
  })

  test.each([0, 1, 2])('tells that a database with %i of 3 is older', async (had) => {
    const error = await refusal(await migrated(had), { migrations })
    expect(error).toMatchObject({
      name: 'DriftpinError',
      code: 'schema_behind',
      cause: { pending: [1, 2, 3].slice(had) },
    })
    expect(error.message).toContain(`${migrations[had]!.up.file} has not been applied`)
    expect(error.message).toContain('driftpin migrate up')
  })

  test('tells that a database is newer, which can be allowed', async () => {
    const database = await migrated(3)
    const older = migrations.slice(0, 2)
    const error = await refusal(database, { migrations: older })
    expect(error).toMatchObject({ code: 'migration_unknown' })
    expect(error.message).toContain('The database is newer than this code')
    await assertSchemaCurrent(database, { migrations: older, allowNewer: true })
    const behind = await migrated(1)
    expect(await refusal(behind, { migrations: older, allowNewer: true })).toMatchObject({
      code: 'schema_behind',
    })
  })

  test('tells an edited and a missing migration, whatever is allowed', async () => {
    const database = await migrated(3)
    const edited = of('1_one', '2_deux', '3_three')
    for (const allowNewer of [false, true]) {
      expect(await refusal(database, { migrations: edited, allowNewer })).toMatchObject({
        code: 'migration_edited',
      })
      expect(
        await refusal(database, { migrations: of('1_one', '3_three'), allowNewer }),
      ).toMatchObject({ code: 'migration_gap' })
    }
  })

  test('tells a dirty migration', async () => {
    const database = await migrated(1)
    const broken = parseMigrations(
      [
        { file: '1_one.up.sql', text: migrations[0]!.up.text },
        { file: '2_two.up.sql', text: '-- driftpin: no transaction\nSELECT 1 / 0' },
      ],
      { forwardOnly: true },
    )
    await expect(createMigrator(database, { migrations: broken }).up()).rejects.toThrow('22012')
    expect(await refusal(database, { migrations: broken })).toMatchObject({
      code: 'migration_dirty',
    })
  })

  test('looks at the ledger that it is told', async () => {
    const database = await migrated(3)
    expect(await refusal(database, { migrations, ledger: 'other' })).toMatchObject({
      code: 'schema_behind',
    })
  })
})

describe.each(inject('servers').map(({ major }) => major))('a role on PostgreSQL %s', (major) => {
  test('that may only read the ledger can check', async () => {
    const url = serverUrl(major)
    const role = `reader_${process.pid}_${major}`
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    const database = fromPg(pool, { schema: role })
    await createMigrator(database, { migrations }).up()
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads'`)
    await pool.query(`GRANT USAGE ON SCHEMA ${role} TO ${role}`)
    await pool.query(`GRANT SELECT ON ${role}.driftpin_migrations TO ${role}`)
    const own = Object.assign(new URL(url), { username: role, password: 'reads' })
    const reader = new pg.Pool({ connectionString: own.href, max: 1 })
    const readerOf = fromPg(reader, { schema: role })
    await assertSchemaCurrent(readerOf, { migrations })
    await expect(
      assertSchemaCurrent(readerOf, { migrations: migrations.slice(0, 2) }),
    ).rejects.toMatchObject({ code: 'migration_unknown' })
    await reader.end()
    await pool.query(`DROP SCHEMA ${role} CASCADE`)
    await pool.query(`DROP ROLE ${role}`)
    await pool.end()
  })
})

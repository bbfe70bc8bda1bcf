import { describe, expect, test } from 'vitest'
import { describeDatabase, differences, digestRows, readManifest } from '../../src/catalog/index.js'
import { adoptMigrations, createMigrator, type Database, readMigrations } from '../../src/index.js'
import { bundledFiles } from '../../src/migrations/generated/bundled.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { manifestAt } from '../../src/workbench/manifest-at.js'
import { type Engine, engineNames, useEngine } from '../support/engines.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { writePair } from '../workbench/write-pair.js'

const migrations = parseMigrations(bundledFiles)
const newest = migrations.at(-1)!.version
const engines = engineNames.map(useEngine)

/** A table as golang-migrate makes it, with the row that it keeps in it. */
const golang = (database: Database, row: string) =>
  database.script(`CREATE TABLE "${database.schema}".schema_migrations (
      version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
    ${row === '' ? '' : `INSERT INTO "${database.schema}".schema_migrations VALUES (${row})`}`)

const older = newest - 2

/** Our tables as another tool made them: there is no ledger. */
async function madeByHand(engine: Engine): Promise<Database> {
  const database = await engine.install()
  await database.script(`DROP TABLE "${database.schema}".driftpin_migrations`)
  return database
}

/** Tries, and holds that nothing has changed by it. */
async function refused(database: Database, options: Parameters<typeof adoptMigrations>[1]) {
  const look = async () => ({
    catalog: await readManifest(database),
    rows: await digestRows(database),
  })
  const before = await look()
  const error = await adoptMigrations(database, options).catch((error) => error)
  expect(await look()).toEqual(before)
  return error
}

describe.each(engines)('taking over a database on $name', (engine) => {
  test('from golang-migrate: the ledger is written, and the migrator goes on', async () => {
    const database = await madeByHand(engine)
    await golang(database, `${newest}, false`)
    const before = await describeDatabase(database)
    const dry = await adoptMigrations(database, { dryRun: true })
    expect(differences(before, await describeDatabase(database))).toEqual([])

    const adoption = await adoptMigrations(database)
    expect(adoption).toEqual(dry)
    expect(adoption).toEqual({
      version: newest,
      toldBy: 'golang-migrate',
      compared: expect.any(Number),
      migrations: migrations.map(({ version, name }) => ({ version, name })),
    })
    const changed = differences(before, await describeDatabase(database))
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.filter((one) => !one.includes('driftpin_migrations'))).toEqual([])
    const states = (await createMigrator(database).status()).map(({ state }) => state)
    expect(states).toEqual(Array(migrations.length).fill('applied'))
    expect(await createMigrator(database).up()).toEqual([])
    expect(await createMigrator(database).down()).toHaveLength(1)
    expect(await createMigrator(database).up()).toHaveLength(1)
  })
})

// Nothing of this depends on the server.
describe('taking over on PostgreSQL 14', () => {
  const engine = engines[1]!

  test('by hand, at an older version, what is newer is pending and then applied', async () => {
    const database = engine.database('adopt older')
    await createMigrator(database).to(older)
    await database.script(`DROP TABLE "${database.schema}".driftpin_migrations;
      CREATE TABLE "${database.schema}".users (id int)`)
    const { schema } = database
    const asked = {
      version: older,
      manifestAt: (version: number) => manifestAt(migrations, { schema, version }),
    }
    expect(await adoptMigrations(database, asked)).toMatchObject({
      version: older,
      toldBy: 'caller',
    })
    const ran = await createMigrator(database).up()
    expect(ran.map(({ version }) => version)).toEqual([older + 1, older + 2])
  })

  test('each refusal says why, and changes nothing', async () => {
    const database = await madeByHand(engine)
    expect(await refused(database, {})).toMatchObject({
      code: 'adoption_refused',
      message: expect.stringContaining('Name the version'),
    })
    expect(await refused(database, { version: 999 })).toMatchObject({ code: 'migration_target' })
    expect(await refused(database, { version: 1 })).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('manifestAt'),
    })
    // It would be waited for without an end.
    expect(await refused(database, { lockTimeoutMs: Number.NaN })).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('lockTimeoutMs'),
    })

    await database.script(`ALTER TABLE "${database.schema}".chats ALTER title DROP NOT NULL`)
    expect(await refused(database, { version: newest })).toMatchObject({
      code: 'schema_mismatch',
      message: expect.stringContaining('column chats.title differs'),
      cause: [{ kind: 'differs', object: 'column chats.title' }],
    })
    await database.script(`ALTER TABLE "${database.schema}".chats ALTER title SET NOT NULL`)

    const table = `"${database.schema}".schema_migrations`
    await golang(database, '')
    expect(await refused(database, {})).toMatchObject({ code: 'adoption_refused' })
    await database.script(`INSERT INTO ${table} VALUES (999, false)`)
    expect(await refused(database, {})).toMatchObject({ code: 'migration_target' })
    await database.script(`UPDATE ${table} SET version = ${newest}, dirty = true`)
    expect(await refused(database, {})).toMatchObject({ code: 'migration_dirty' })
    expect(await refused(database, { version: newest })).toMatchObject({ code: 'migration_dirty' })

    // Another tool's table of the same name says nothing.
    await database.script(`DROP TABLE ${table}; CREATE TABLE ${table} (version text);
      INSERT INTO ${table} VALUES ('20240101')`)
    expect(await refused(database, {})).toMatchObject({ code: 'adoption_refused' })

    await adoptMigrations(database, { version: newest })
    expect(await refused(database, { version: newest })).toMatchObject({
      code: 'adoption_refused',
      message: expect.stringContaining(`${migrations.length} rows`),
    })
  })
})

test('of many that take over at once one does, and the others are told', async () => {
  const engine = engines.at(-1)!
  const database = await madeByHand(engine)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 4 }, () => adoptMigrations(database, { version: newest })),
  )
  const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  expect(reasons).toEqual(Array(3).fill('adoption_refused'))
})

test("anybody's folder, in a ledger of its own", async () => {
  const engine = engines[1]!
  const folder = await temporaryFolder()
  await writePair(folder, '20240101_boats', 'CREATE TABLE boats (id serial PRIMARY KEY);')
  await writePair(folder, '20240102_sails', 'CREATE INDEX CONCURRENTLY boats_idx ON boats (id);')
  await writePair(folder, '20240103_more', 'ALTER TABLE boats ADD sails integer;')
  const theirs = await readMigrations(folder)
  const database = engine.database('adopt boats')
  await database.script(`CREATE SCHEMA "${database.schema}"; SET search_path = "${database.schema}";
    CREATE TABLE boats (id serial PRIMARY KEY); CREATE INDEX boats_idx ON boats (id);
    RESET search_path`)
  await golang(database, '20240102, false')
  const options = { migrations: theirs, ledger: 'boat_migrations' }
  await adoptMigrations(database, {
    ...options,
    manifestAt: (version) => manifestAt(theirs, { schema: database.schema, version }),
  })
  const ran = await createMigrator(database, options).up()
  expect(ran.map(({ version }) => version)).toEqual([20240103])
})

describe('a folder whose tables are in schemas that it names', () => {
  const engine = engines[1]!
  const up = `CREATE SCHEMA harbours; CREATE TABLE harbours.boats (name text);
    CREATE SCHEMA empty_yet; CREATE TABLE sailors (id int);
    ALTER TABLE harbours.boats ADD captain int`
  const theirs = parseMigrations([{ file: '1_harbours.up.sql', text: up }], { forwardOnly: true })
  const options = (database: Database): Parameters<typeof adoptMigrations>[1] => ({
    migrations: theirs,
    version: 1,
    manifestAt: (version) => manifestAt(theirs, { schema: database.schema, version }),
  })

  test('is held against all of them', async () => {
    const database = engine.database('adopt harbours')
    await database.script(`CREATE SCHEMA "${database.schema}"`)
    expect(await refused(database, options(database))).toMatchObject({
      code: 'schema_mismatch',
      cause: [
        { object: 'table sailors' },
        { kind: 'missing', object: 'schema empty_yet', expected: 'CREATE SCHEMA "empty_yet"' },
        { kind: 'missing', object: 'schema harbours' },
      ],
    })
    await database.script(`SET search_path = "${database.schema}"; ${up}; RESET search_path;
      ALTER TABLE harbours.boats DROP captain, ADD mast int NOT NULL`)
    expect(await refused(database, options(database))).toMatchObject({
      code: 'schema_mismatch',
      cause: [
        { kind: 'missing', object: 'column boats.captain in the schema harbours' },
        { kind: 'extra', object: 'column boats.mast in the schema harbours' },
      ],
    })
    await database.script('ALTER TABLE harbours.boats DROP mast, ADD captain int')
    expect(await adoptMigrations(database, options(database))).toMatchObject({ version: 1 })
  })

  test('is told from one that makes nothing, of which nothing was compared', async () => {
    const database = engine.database('adopt nothing')
    await database.script(`CREATE SCHEMA "${database.schema}"`)
    const nothing = parseMigrations([{ file: '1_none.up.sql', text: 'SELECT 1' }], {
      forwardOnly: true,
    })
    const expected = await manifestAt(nothing, { schema: database.schema, version: 1 })
    expect(expected.others).toEqual({})
    const asked = { migrations: nothing, version: 1, dryRun: true, manifestAt: () => expected }
    expect(await adoptMigrations(database, asked)).toMatchObject({ compared: 0 })
  })
})

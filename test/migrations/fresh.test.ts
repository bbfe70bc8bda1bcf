import { describe, expect, test } from 'vitest'
import { readCatalog, readManifest } from '../../src/catalog/index.js'
import { createMigrator, type SchemaManifest, tableNames } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { engineNames, useEngine } from '../support/engines.js'

const versionsOf = (steps: readonly { version: number }[]) => steps.map(({ version }) => version)

const engines = engineNames.map(useEngine)

test('every engine gives the same catalog, down to defaults, comments and indexes', async () => {
  const manifests: SchemaManifest[] = []
  for (const engine of engines) {
    manifests.push(await readManifest(await engine.install()))
  }
  expect(manifests).toHaveLength(engineNames.length)
  const [first, ...others] = manifests
  expect(first!.tables.map(({ name }) => name)).toEqual(
    [...tableNames, 'driftpin_migrations'].sort(),
  )
  for (const manifest of others) expect(manifest).toEqual(first)
})

describe.each(engines)('migrating on $name', (engine) => {
  test('up applies everything in order, and up again does nothing', async () => {
    const database = engine.database('again')
    const seen: number[] = []
    const migrator = createMigrator(database, { onStep: ({ version }) => seen.push(version) })
    const steps = await migrator.up()
    expect(versionsOf(steps)).toEqual(seen)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    for (const step of steps) {
      expect(step.direction).toBe('up')
      expect(step.file).toMatch(/^\d{6}_[a-z_]+\.up\.sql$/)
      expect(step.durationMs).toBeGreaterThanOrEqual(0)
    }
    const before = await readCatalog(database)
    expect(await migrator.up()).toEqual([])
    expect(await migrator.to(seen.at(-1)!)).toEqual([])
    expect(await readCatalog(database)).toEqual(before)
    expect(seen).toHaveLength(steps.length)
  })

  test('some migrations have no transaction, and the indexes that they make are there and valid', async () => {
    const database = await engine.install()
    const plan = await createMigrator(engine.database('plan only')).plan()
    expect(plan.filter(({ transaction }) => !transaction)).toMatchObject([
      { name: 'create_chat_purge_index' },
      { name: 'fill_context_hashes' },
      { name: 'create_chat_file_purge_index' },
      { name: 'create_debug_run_purge_index' },
    ])
    const { tables } = await readCatalog(database)
    const indexes = tables.flatMap((table) => table.indexes)
    const made = [
      'chats_updated_at_id_archived_idx',
      'chat_files_created_at_id_idx',
      'chat_debug_runs_updated_at_chat_id_id_idx',
    ]
    expect(indexes.map(({ name }) => name)).toEqual(expect.arrayContaining(made))
    expect(indexes.filter(({ valid }) => !valid)).toEqual([])
  })

  test('the ledger has version, name, checksum, time and duration of each', async () => {
    const database = await engine.install()
    const { rows } = await database.query(
      `SELECT * FROM "${database.schema}".driftpin_migrations ORDER BY version`,
    )
    const statuses = await createMigrator(database).status()
    expect(rows.map(({ version, name }) => ({ version: Number(version), name }))).toEqual(
      statuses.map(({ version, name }) => ({ version, name })),
    )
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['version', 'name', 'checksum', 'applied_at', 'duration_ms'])
      expect(row.checksum).toMatch(/^[0-9a-f]{64}$/)
      expect(row.applied_at).toBeInstanceOf(Date)
      expect(row.duration_ms).toBeGreaterThan(0)
    }
    expect(new Set(rows.map(({ checksum }) => checksum)).size).toBe(rows.length)
  })

  test.each(['own ledger "quoted"', 'l'.repeat(63), 'ü'.repeat(31), '\u{1F600}'.repeat(15)])(
    'a ledger can be called %s',
    async (ledger) => {
      const database = engine.database(`ledger ${[...ledger][0]}`)
      const migrations = parseMigrations([
        { file: '1_one.up.sql', text: 'CREATE TABLE one (n int)' },
        { file: '1_one.down.sql', text: 'DROP TABLE one' },
      ])
      const migrator = createMigrator(database, { migrations, ledger })
      const steps = await migrator.up()
      expect(await migrator.up()).toEqual([])
      const { tables } = await readCatalog(database)
      expect(tables.map(({ name }) => name)).toContain(ledger)
      expect((await migrator.to(0)).length).toBe(steps.length)
    },
  )

  test('two installs in two schemas of one database do not see each other', async () => {
    const [first, second] = [engine.database('first'), engine.database('second')]
    await createMigrator(first).up()
    expect((await readCatalog(second)).tables).toEqual([])
    expect((await createMigrator(second).status()).every((one) => one.state === 'pending')).toBe(
      true,
    )
    await createMigrator(second).up()
    await first.query('INSERT INTO "first".chats (owner_id) VALUES (gen_random_uuid())')
    const { rows } = await second.query('SELECT count(*)::int AS chats FROM "second".chats')
    expect(rows).toEqual([{ chats: 0 }])
    const before = await readCatalog(second)
    await createMigrator(first).to(0)
    expect(await readCatalog(second)).toEqual(before)
    expect((await createMigrator(second).status()).every((one) => one.state === 'applied')).toBe(
      true,
    )
  })

  test('a table of pg_temp does not stand in for one of ours', async () => {
    const database = engine.database('temporary')
    await database.withSession(async (session) => {
      await session.script('CREATE TEMPORARY TABLE workspaces (n int)')
    })
    await createMigrator(database).up()
    const { tables } = await readCatalog(database)
    expect(tables.map(({ name }) => name)).toContain('workspaces')
  })
})

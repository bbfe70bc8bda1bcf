import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import { createMigrator, type Database, fromPGlite, fromPg } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { openPGlite } from '../support/open-pglite.js'
import { serverUrl } from '../support/server-url.js'
import { urlWith } from '../support/url-with.js'

const deploys = 8

describe.each(inject('servers').map(({ major }) => major))('deploys on PostgreSQL %s', (major) => {
  const name = `concurrent_${process.pid}_${major}`
  let admin: pg.Client
  let pools: pg.Pool[]

  beforeAll(async () => {
    const url = serverUrl(major)
    admin = new pg.Client({ connectionString: url })
    await admin.connect()
    await admin.query(`CREATE DATABASE ${name}`)
    const connectionString = urlWith(url, { pathname: `/${name}` })
    pools = Array.from({ length: deploys }, () => new pg.Pool({ connectionString, max: 2 }))
  })
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()))
    await admin.end()
  })

  const locks = async (database: Database) =>
    (
      await database.query(
        `SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND database =
           (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    ).rows

  test('many at once apply each migration once, and leave no lock', async () => {
    const ran: number[] = []
    const onStep = ({ version }: { version: number }) => ran.push(version)
    const databases = pools.map((pool) => fromPg(pool, { schema: 'many' }))
    const answers = await Promise.all(
      databases.map((database) => createMigrator(database, { onStep }).up()),
    )
    const statuses = await createMigrator(databases[0]!).status()
    expect(ran).toEqual(statuses.map(({ version }) => version))
    expect(answers.flat()).toHaveLength(statuses.length)
    expect(statuses.every(({ state }) => state === 'applied')).toBe(true)
    const { rows } = await databases[0]!.query('SELECT version FROM many.driftpin_migrations')
    expect(rows).toHaveLength(statuses.length)
    expect(await locks(databases[0]!)).toEqual([])
    const { tables } = await readCatalog(databases[0]!)
    expect(tables.flatMap(({ indexes }) => indexes.filter(({ valid }) => !valid))).toEqual([])
  })

  test('many down at once take back each migration once', async () => {
    const databases = pools.map((pool) => fromPg(pool, { schema: 'many' }))
    const answers = await Promise.all(databases.map((database) => createMigrator(database).to(0)))
    const versions = answers.flat().map(({ version }) => version)
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => b - a))
    expect(await locks(databases[0]!)).toEqual([])
  })

  test('many with ledgers of their own can make one new schema at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        pools.map((pool, index) => {
          const sql = `CREATE TABLE one_${index} (n int)`
          const migrations = parseMigrations([{ file: '1_one.up.sql', text: sql }], {
            forwardOnly: true,
          })
          const database = fromPg(pool, { schema: `shared ${round}` })
          return createMigrator(database, { migrations, ledger: `ledger_${index}` }).up()
        }),
      )
      expect(answers.map((steps) => steps.length)).toEqual(Array(deploys).fill(1))
    }
  })

  test('one that waits too long for another says so, and one with patience finds it done', async () => {
    const text = 'SELECT pg_sleep(0.5)'
    const migrations = parseMigrations([{ file: '1_slow.up.sql', text }], { forwardOnly: true })
    const migrator = (index: number, lockTimeoutMs?: number) =>
      createMigrator(fromPg(pools[index]!, { schema: 'slow' }), {
        migrations,
        ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
      })
    const first = migrator(0).up()
    const holder = fromPg(pools[3]!)
    while ((await locks(holder)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    const hasty = await migrator(1, 10)
      .up()
      .catch((error) => error)
    expect(hasty).toMatchObject({ name: 'DriftpinError', code: 'migration_locked' })
    expect(hasty.message).toContain('"slow"."driftpin_migrations"')
    expect(hasty.message).toContain('lockTimeoutMs')
    expect(await migrator(2).up()).toEqual([])
    expect(await first).toHaveLength(1)
    expect(await locks(holder)).toEqual([])
  })
})

test('in one PGlite, too, migrators at once apply each migration once', async () => {
  const client = await openPGlite()
  const ran: number[] = []
  const onStep = ({ version }: { version: number }) => ran.push(version)
  const databases = Array.from({ length: deploys }, () => fromPGlite(client, { schema: 'many' }))
  const answers = await Promise.all(
    databases.map((database) => createMigrator(database, { onStep }).up()),
  )
  const statuses = await createMigrator(databases[0]!).status()
  expect(ran).toEqual(statuses.map(({ version }) => version))
  expect(answers.flat()).toHaveLength(statuses.length)
  const { rows } = await client.query("SELECT * FROM pg_locks WHERE locktype = 'advisory'")
  expect(rows).toEqual([])
  await client.close()
})

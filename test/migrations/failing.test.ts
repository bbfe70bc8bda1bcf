import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import { createMigrator, type Database, fromPg, type Migration } from '../../src/index.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { engineNames, useEngine } from '../support/engines.js'
import { serverUrl } from '../support/server-url.js'

const first = 'CREATE TABLE one (n int PRIMARY KEY);'

/** A good migration, and after it one with this text. */
const withSecond = (text: string): Migration[] =>
  parseMigrations(
    [
      { file: '1_one.up.sql', text: first },
      { file: '2_two.up.sql', text },
      { file: '3_three.up.sql', text: 'CREATE TABLE three (n int)' },
    ],
    { forwardOnly: true },
  )

const failures: { what: string; text: string; code: string; line: number; shown: string }[] = [
  {
    what: 'bad syntax, where PostgreSQL has the position',
    text: 'CREATE TABLE two (n int);\n\nSELECT 1,\n  2 FROM\n  WHERE true;\n',
    code: '42601',
    line: 5,
    shown: '> 5 |   WHERE true',
  },
  {
    what: 'a missing table, after characters outside the basic plane',
    text: "CREATE TABLE two (n int);\nSELECT '\u{1F600}\u{1F600}',\n  n\nFROM nowhere;",
    code: '42P01',
    line: 4,
    shown: '> 4 | FROM nowhere',
  },
  {
    what: 'a failure of execution, where there is no position',
    text: '-- A comment; with a semicolon.\nCREATE TABLE two (n int);\nINSERT INTO one\nVALUES (1), (1);',
    code: '23505',
    line: 3,
    shown: '> 3 | INSERT INTO one\n  4 | VALUES (1), (1)',
  },
  {
    what: 'a failure within a body',
    text: "CREATE TABLE two (n int);\nDO $$\nBEGIN\n  RAISE EXCEPTION 'no; way';\nEND $$;",
    code: 'P0001',
    line: 2,
    shown: '> 2 | DO $$',
  },
  {
    what: 'CRLF line ends',
    text: 'CREATE TABLE two (n int);\r\nSELECT 1;\r\nSELECT 1 / 0;\r\n',
    code: '22012',
    line: 3,
    shown: '> 3 | SELECT 1 / 0',
  },
]

describe.each(engineNames)('a failing migration on %s', (name) => {
  const engine = useEngine(name)
  let schemas = 0
  function fresh(): Database {
    schemas += 1
    return engine.database(`failing ${schemas}`)
  }
  const tables = async (database: Database) =>
    (await readCatalog(database)).tables.map((table) => table.name)

  test.each(failures)('$what: the message has file, line and SQLSTATE', async (failure) => {
    const { text, code, line, shown } = failure
    const database = fresh()
    const ran: string[] = []
    const onStep = ({ file }: { file: string }) => ran.push(file)
    const migrator = createMigrator(database, { migrations: withSecond(text), onStep })
    const error = await migrator.up().catch((error) => error)
    expect(error).toMatchObject({ name: 'DriftpinError', code: 'migration_failed' })
    expect(error.message).toMatch(
      new RegExp(`2_two.up.sql failed in line ${line}(, column \\d+)?: `),
    )
    expect(error.message).toContain(`(SQLSTATE ${code})`)
    expect(error.message).toContain(shown)
    expect(error.cause).toMatchObject({ code, severity: 'ERROR' })
    // What came before stays, of the failing one there is nothing, and a good one can follow.
    expect(ran).toEqual(['1_one.up.sql'])
    expect(await tables(database)).toEqual(['driftpin_migrations', 'one'])
    expect((await migrator.status()).map(({ state }) => state)).toEqual([
      'applied',
      'pending',
      'pending',
    ])
    const mended = createMigrator(database, { migrations: withSecond('CREATE TABLE two (n int)') })
    expect(await mended.up()).toHaveLength(2)
  })

  test('a constraint that fails at COMMIT names the file too', async () => {
    const database = fresh()
    const migrations = withSecond(
      'CREATE TABLE two (n int REFERENCES one DEFERRABLE INITIALLY DEFERRED);\n' +
        'INSERT INTO two VALUES (1);',
    )
    const error = await createMigrator(database, { migrations })
      .up()
      .catch((error) => error)
    expect(error).toMatchObject({ code: 'migration_failed', cause: { code: '23503' } })
    expect(error.message).toContain('2_two.up.sql failed when it was committed')
    expect(error.message).toContain('(SQLSTATE 23503)')
    expect(await tables(database)).toEqual(['driftpin_migrations', 'one'])
  })

  test('a failing down leaves its migration applied', async () => {
    const database = fresh()
    const migrations = parseMigrations([
      { file: '1_one.up.sql', text: first },
      { file: '1_one.down.sql', text: 'DROP TABLE one;\nDROP TABLE nothing;' },
    ])
    const migrator = createMigrator(database, { migrations })
    await migrator.up()
    const error = await migrator.down().catch((error) => error)
    expect(error.message).toContain('1_one.down.sql failed in line 2')
    expect(await tables(database)).toEqual(['driftpin_migrations', 'one'])
    expect(await migrator.status()).toMatchObject([{ state: 'applied' }])
  })

  test('no lock and no transaction is left behind', async () => {
    const database = fresh()
    const migrator = createMigrator(database, { migrations: withSecond('SELECT 1 / 0') })
    await expect(migrator.up()).rejects.toMatchObject({ code: 'migration_failed' })
    const { rows } = await database.query(
      `SELECT objid FROM pg_locks WHERE locktype = 'advisory'
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    expect(rows).toEqual([])
    await expect(migrator.up()).rejects.toMatchObject({ code: 'migration_failed' })
    await database.transaction((transaction) => transaction.query('SELECT 1'))
  })

  test('an onStep that throws stops there, and what ran stays', async () => {
    const database = fresh()
    const mine = new Error('mine')
    const onStep = () => {
      throw mine
    }
    const migrator = createMigrator(database, { migrations: withSecond('SELECT 1'), onStep })
    await expect(migrator.up()).rejects.toBe(mine)
    expect((await migrator.status()).map(({ state }) => state)).toEqual([
      'applied',
      'pending',
      'pending',
    ])
  })
})

describe.each(inject('servers').map(({ major }) => major))(
  'one client on PostgreSQL %s',
  (major) => {
    test('is clean after a failure, with and without a transaction', async () => {
      const url = serverUrl(major)
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      const schema = `clean ${process.pid}`
      const database = fromPg(client, { schema })
      const stateOf = async () => ({
        path: (await database.query('SHOW search_path')).rows,
        locks: (
          await database.query(
            "SELECT * FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'",
          )
        ).rows,
        transaction: client.getTransactionStatus(),
      })
      const before = await stateOf()
      for (const text of ['SELECT 1 / 0', '-- driftpin: no transaction\nSELECT 1 / 0']) {
        const migrator = createMigrator(database, { migrations: withSecond(text) })
        await expect(migrator.up()).rejects.toMatchObject({ code: 'migration_failed' })
        expect(await stateOf()).toEqual(before)
      }
      await client.query(`DROP SCHEMA "${schema}" CASCADE`)
      await client.end()
    })
  },
)

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quoteIdentifier } from '../../src/database/names.js'
import {
  applyGrants,
  assertSchemaCurrent,
  createMigrator,
  type Database,
  type Queryable,
  tableNames,
} from '../../src/index.js'
import { bundledFiles } from '../../src/migrations/generated/bundled.js'
import { grantsScript } from '../../src/migrations/grants-script.js'
import { ledgerName } from '../../src/migrations/ledger.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { goodCalls, makeWorld, type World } from '../context/make-world.js'
import { call, commitsBatches } from '../context/operations.js'
import { engineNames, useEngine } from '../support/engines.js'
import { asRole } from './as-role.js'

const denied = { code: '42501' }
/** The purges of chats; files and debug runs are purged by the application. */
const isPurge = (operation: string) => /^purge(Expired)?$/.test(operation)

/** The full run has the oldest server too. */
const engines = engineNames.filter((name) => process.env.DRIFTPIN_FULL || name !== 'PostgreSQL 14')

describe.each(engines)('the rights of roles on %s', (engineName) => {
  const engine = useEngine(engineName)
  // Roles belong to the whole server, and names need quotes.
  const id = randomUUID()
  const roles = {
    migrateRole: `mig "${id}"`,
    appRole: `app $$ "${id}"`,
    retentionRole: `ret '${id}'`,
  }
  const { migrateRole, appRole, retentionRole } = roles
  let database: Database
  let world: World

  const as = <T>(role: string, work: (database: Database) => Promise<T>) =>
    asRole(engine, database, role, work)
  const table = (name: string) => `"${database.schema}".${quoteIdentifier(name)}`
  /** The rights on the schema and on everything in it, as PostgreSQL keeps them. */
  const readRights = async () => {
    const { rows } = await database.query(
      `SELECT class.relname::text AS name, class.relacl::text AS rights,
              (SELECT string_agg(attname || attacl::text, ',' ORDER BY attnum)
               FROM pg_attribute WHERE attrelid = class.oid AND attacl IS NOT NULL) AS columns
       FROM pg_class class JOIN pg_namespace space ON space.oid = class.relnamespace
       WHERE space.nspname = $1 AND class.relkind = 'r' ORDER BY 1`,
      [database.schema],
    )
    return rows
  }

  // As it is deployed: the administrator once, the migrations, the rights of the others.
  beforeAll(async () => {
    database = engine.database('with rights')
    await database.script('CREATE SCHEMA other; CREATE TABLE other.secrets (n int)')
    await applyGrants(database, { migrateRole, createRoles: true })
    await as(migrateRole, async (migrating) => {
      const migrator = createMigrator(migrating)
      await migrator.up()
      await migrator.to(0)
      await migrator.up()
    })
    await applyGrants(database, { appRole, retentionRole, createRoles: true })
    world = await makeWorld(database)
  })
  afterAll(async () => {
    for (const role of Object.values(roles).map(quoteIdentifier)) {
      await database.script(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
    }
  })

  test('let the application and the retention job do every operation between them', async () => {
    for (const inside of [false, true]) {
      const calls = goodCalls(await makeWorld(database))
      const purges = calls.findIndex(([name]) => isPurge(name))
      const after = calls.findLastIndex(([name]) => isPurge(name)) + 1
      for (const [role, from, to] of [
        [appRole, 0, purges],
        [retentionRole, purges, after],
        [appRole, after, calls.length],
      ] as const) {
        await as(role, async (own) => {
          for (const [name, params] of calls.slice(from, to)) {
            if (!inside || commitsBatches(name)) await call(name, own, params)
            else await own.transaction((transaction) => call(name, transaction, params))
          }
        })
      }
    }
  })

  test('let the application check its schema, and read and write what has no operation', async () => {
    await as(appRole, async (own) => {
      await assertSchemaCurrent(own)
      const { chatId } = await makeWorld(own)
      await own.script(`
        INSERT INTO ${table('chat_queued_messages')} (chat_id, content, position)
          VALUES ('${chatId}', '1', 1);
        UPDATE ${table('chat_messages')} SET compressed = true;
        UPDATE ${table('workspaces')} SET deleted = false;
        DELETE FROM ${table('chat_queued_messages')}`)
    })
  })

  const expectDenied = async (role: string, texts: readonly string[]) => {
    await as(role, async (own) => {
      for (const text of texts) await expect(own.script(text), text).rejects.toMatchObject(denied)
    })
  }

  test('keep the application from every change of a table, and from the ledger', async () => {
    const chats = table('chats')
    const ledger = table(ledgerName)
    await expectDenied(appRole, [
      `CREATE TABLE ${table('mine')} (n int)`,
      `CREATE INDEX ON ${chats} (title)`,
      `CREATE VIEW ${table('mine')} AS SELECT 1`,
      `ALTER TABLE ${chats} ADD COLUMN n int`,
      `DROP TABLE ${chats}`,
      `TRUNCATE ${chats} CASCADE`,
      `CREATE SCHEMA mine`,
      `INSERT INTO ${ledger} VALUES (99, 'x', 'x')`,
      `UPDATE ${ledger} SET name = 'x'`,
      `DELETE FROM ${ledger}`,
      `DELETE FROM ${table('workspace_agent_context_snapshots')}`,
      `DELETE FROM ${table('chat_messages')}`,
      'SELECT FROM other.secrets',
    ])
    const before = await readRights()
    await as(appRole, async (own) => {
      await expect(createMigrator(own).down()).rejects.toMatchObject(denied)
      // PostgreSQL warns of this, and does nothing.
      await own.script(`GRANT SELECT ON ${chats} TO PUBLIC`)
    })
    expect(await readRights()).toEqual(before)
  })

  test('keep the retention job from content, and from everything but deleting', async () => {
    const chats = table('chats')
    await expectDenied(retentionRole, [
      `SELECT title FROM ${chats}`,
      ...tableNames
        .filter((name) => name !== 'chats')
        .flatMap((name) => [`SELECT FROM ${table(name)}`, `DELETE FROM ${table(name)}`]),
      `UPDATE ${chats} SET archived = true`,
      `UPDATE ${chats} SET updated_at = '2000-01-01'`,
      `INSERT INTO ${chats} (owner_id) VALUES (gen_random_uuid())`,
      `SELECT FROM ${table(ledgerName)}`,
      `CREATE TABLE ${table('mine')} (n int)`,
      'SELECT FROM other.secrets',
    ])
    await as(retentionRole, async (own) => {
      const others = goodCalls(world).filter(([name]) => !isPurge(name) && name !== 'deleteChat')
      for (const [name, params] of others) {
        await expect(call(name, own, params), name).rejects.toMatchObject(denied)
      }
    })
  })

  test('keep the migrations in their schema', async () => {
    await expectDenied(migrateRole, [
      'SELECT FROM other.secrets',
      'CREATE TABLE other.mine (n int)',
      'CREATE SCHEMA mine',
    ])
  })

  test('are the same when they are given again, also by the role of migrations', async () => {
    const before = await readRights()
    expect(before.length).toBe(tableNames.length + 1)
    await database.script(`
      GRANT TRUNCATE ON ${table('chats')} TO ${quoteIdentifier(appRole)};
      GRANT SELECT (content) ON ${table('chat_messages')} TO ${quoteIdentifier(retentionRole)};
      REVOKE SELECT ON ${table('chats')} FROM ${quoteIdentifier(appRole)}`)
    expect(await readRights()).not.toEqual(before)
    await as(migrateRole, (own) => applyGrants(own, { appRole, retentionRole }))
    expect(await readRights()).toEqual(before)
    await applyGrants(database, roles)
    expect(await readRights()).toEqual(before)
  })

  test("leave what is not driftpin's as it is", async () => {
    const host = table('of the host')
    await database.script(`
      CREATE TABLE ${host} (n int); GRANT INSERT ON ${host} TO ${quoteIdentifier(appRole)}`)
    await applyGrants(database, roles)
    await as(appRole, (own) => own.script(`INSERT INTO ${host} VALUES (1)`))
    await database.script(`DROP TABLE ${host}`)
  })
})

describe('rights that cannot be given', () => {
  const engine = useEngine('PGlite')
  const refused = async (queryable: Queryable, options: Parameters<typeof applyGrants>[1]) =>
    (await applyGrants(queryable, options).catch((error) => error))?.code

  test('are refused before anything is changed, and each by a code', async () => {
    const database = await engine.install()
    const empty = engine.database('nothing in it')
    expect(await refused(database, {})).toBe('invalid_input')
    expect(await refused(database, { appRole: 'one', retentionRole: 'one' })).toBe('invalid_input')
    expect(await refused(database, { appRole: '' })).toBe('invalid_input')
    expect(await refused(database, { appRole: 'postgres' })).toBe('invalid_input')
    expect(await refused(database, { appRole: 'nobody at all' })).toBe('42704')
    const both = { migrateRole: 'm', appRole: 'a', createRoles: true }
    expect(await refused(empty, both)).toBe('schema_behind')
    const left = "SELECT FROM pg_roles, pg_namespace WHERE rolname = 'm' OR nspname = $1"
    expect((await database.query(left, [empty.schema])).rows).toEqual([])
  })

  test('on a ledger that there is none of are left out', async () => {
    const database = engine.database('by another tool')
    await database.script(`CREATE SCHEMA "by another tool"`)
    await database.transaction(async (transaction) => {
      await transaction.script('SET LOCAL search_path = "by another tool"')
      for (const { up } of parseMigrations(bundledFiles)) {
        await transaction.script(up.text.replaceAll(/CONCURRENTLY|COMMIT;/g, ''))
      }
    })
    const options = { appRole: 'other', createRoles: true }
    expect(await refused(database, options)).toBe('schema_behind')
    await applyGrants(database, { ...options, ledger: null })
  })

  test('have quotes of their own, whatever a role is called', () => {
    expect(grantsScript('public', { appRole: 'a$roles$', createRoles: true })).toContain('$roles_$')
  })
})

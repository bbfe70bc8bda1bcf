import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { grantsCommand } from '../../src/cli/grants-command.js'
import { createMigrator, fromPg } from '../../src/index.js'
import { ledgerName } from '../../src/migrations/ledger.js'
import { printedBy } from './printed-by.js'
import { refusalOf } from './refusal-of.js'

const { url } = inject('servers').at(-1)!
const schema = 'grants printed'
const [app, retention] = [`app_${process.pid}`, `retention_${process.pid}`]
const args = ['--schema', schema, '--app-role', app, '--retention-role', retention]
let pool: pg.Pool

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: url, max: 2 })
  await createMigrator(fromPg(pool, { schema })).up()
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA "${schema}" CASCADE; DROP ROLE ${app}, ${retention}`)
  await pool.end()
})

const readRights = async () => {
  const { rows } = await pool.query<{ rights: string }>(
    `SELECT string_agg(relname || relacl::text, ' ' ORDER BY relname) AS rights FROM pg_class
     WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND relkind = 'r'`,
    [schema],
  )
  return rows[0]!.rights
}

test('what is printed is a script, and what --apply does is the same', async () => {
  await pool.query(await printedBy(grantsCommand(), ...args, '--create-roles'))
  const printed = await readRights()
  expect(printed).toContain(`chats{postgres=`)
  expect(printed).toContain(app)
  await pool.query(`REVOKE ALL ON "${schema}".chats FROM ${app}`)
  expect(await readRights()).not.toBe(printed)
  await printedBy(grantsCommand(), ...args, '--apply', '--database', url)
  expect(await readRights()).toBe(printed)
})

test('the ledger is read, and it has another name, or there is none', async () => {
  expect(await printedBy(grantsCommand(), ...args)).toContain(
    `GRANT SELECT ON TABLE\n  "${schema}"."${ledgerName}"\nTO "${app}"`,
  )
  expect(await printedBy(grantsCommand(), ...args, '--ledger', 'deployed')).toContain('"deployed"')
  expect(await printedBy(grantsCommand(), ...args, '--no-ledger')).not.toContain(ledgerName)
})

test.each([
  [[], 'No role was named'],
  [['--app-role', 'one', '--retention-role', 'one'], 'for two purposes'],
  [['--app-role', 'a', '--schema', 'pg_mine'], 'belongs to PostgreSQL'],
  [['--app-role', 'a', '--apply'], 'Name a database'],
  [['--app-role', 'no such', '--schema', schema, '--apply', '--database', url], '--create-roles'],
])('wrong use is refused: grants %j', async (wrong, message) => {
  expect(await refusalOf(grantsCommand(), wrong)).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining(message),
  })
})

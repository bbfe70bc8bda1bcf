import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyGrants, type Database } from '../../src/index.js'
import { ledgerName } from '../../src/migrations/ledger.js'
import { goodCalls, makeWorld, type World } from '../context/make-world.js'
import { call, commitsBatches } from '../context/operations.js'
import { engineNames, useEngine } from '../support/engines.js'
import { uniqueName } from '../support/unique-name.js'

const denied = { code: '42501' }
/** The purges of chats; files and debug runs are purged by the application. */
const isPurge = (operation: string) => /^purge(Expired)?$/.test(operation)

/** What a backend does by itself, without an operation: all but this is needed by an operation. */
const ofTheBackend = [
  ...['chat_debug_runs', 'chat_debug_steps', 'chat_diff_statuses', 'chat_file_links']
    .concat(['chat_files', 'chat_heartbeats', 'chat_queued_messages'])
    .flatMap((table) =>
      ['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map((right) => `${right} ${table}`),
    ),
  // Taken up in a summary, or marked as deleted.
  'UPDATE chat_messages',
]

describe.each(engineNames)('on %s each right of', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  let world: World
  // Roles belong to the whole server.
  const [appRole, retentionRole] = [uniqueName('app'), uniqueName('retention')]

  beforeAll(async () => {
    database = await engine.install()
    await applyGrants(database, { appRole, retentionRole, createRoles: true })
    world = await makeWorld(database)
  })
  afterAll(async () => {
    for (const role of [appRole, retentionRole]) {
      await database.script(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })

  /** The first call that fails for want of a right, in a transaction that leaves nothing. */
  async function failing(role: string, revoke: string): Promise<string[]> {
    const failed: string[] = []
    const undo = new Error('undone')
    const run = database.transaction(async (transaction) => {
      await transaction.script(`${revoke}; SET LOCAL ROLE ${role}`)
      const calls = goodCalls(world).filter(([name]) => isPurge(name) === (role === retentionRole))
      for (const [name, params] of calls) {
        // It commits by itself, and has no statement besides that touches a table.
        if (commitsBatches(name) || failed.length > 0) continue
        const tried = transaction.transaction((savepoint) => call(name, savepoint, params))
        await tried.catch((error) => {
          expect(error).toMatchObject(denied)
          failed.push(name)
        })
      }
      throw undo
    })
    await run.catch((error) => {
      if (error !== undo) throw error
    })
    return failed
  }

  const readGranted = async (role: string) => {
    const { rows } = await database.query<{ right: string; table: string; columns: string }>(
      `SELECT privilege_type AS right, table_name::text AS "table", '' AS columns
       FROM information_schema.role_table_grants
       WHERE grantee = $1 AND table_schema = $2 AND table_name <> $3
       UNION ALL
       SELECT privilege_type, table_name::text, ' (' || column_name || ')'
       FROM information_schema.column_privileges column_rights
       WHERE grantee = $1 AND table_schema = $2 AND NOT EXISTS (
         SELECT FROM information_schema.role_table_grants table_rights
         WHERE (table_rights.grantee, table_rights.table_schema, table_rights.table_name)
             = (column_rights.grantee, column_rights.table_schema, column_rights.table_name)
           AND table_rights.privilege_type = column_rights.privilege_type)
       ORDER BY 2, 1, 3`,
      [role, database.schema, ledgerName],
    )
    return rows
  }

  test.each([
    ['application', appRole],
    ['retention', retentionRole],
  ])('the %s role is one that an operation needs', async (_, role) => {
    expect(await failing(role, '')).toEqual([])
    const idle: string[] = []
    const granted = await readGranted(role)
    for (const { right, table, columns } of granted) {
      const revoke = `REVOKE ${right}${columns} ON "${database.schema}".${table} FROM ${role}`
      if ((await failing(role, revoke)).length === 0) idle.push(`${right} ${table}`)
    }
    expect(granted.length).toBeGreaterThan(idle.length)
    expect(idle.toSorted()).toEqual(role === appRole ? ofTheBackend.toSorted() : [])
  })
})

import { readFile } from 'node:fs/promises'
import { pgDump } from '@electric-sql/pglite-tools/pg_dump'
import { describe, expect, onTestFinished, test } from 'vitest'
import { quoteIdentifier } from '../../src/database/names.js'
import {
  addMessages,
  bind,
  createChat,
  createMigrator,
  type Database,
  fromPGlite,
  type Queryable,
} from '../../src/index.js'
import { makeAgent } from '../context/make-agent.js'
import { readChat } from '../context/read-rows.js'
import { engineNames, useEngine } from '../support/engines.js'
import { openPGlite } from '../support/open-pglite.js'

// PostgreSQL fires the triggers of foreign keys in the order in which they were made. A migrated
// database, schema.sql and a restored dump each have another order, and a deletion has to do the
// same on all of them.

const unbound = { workspace_id: null, build_id: null, agent_id: null }

async function makeBoundChat(database: Database) {
  const made = await makeAgent(database)
  const { chat } = await createChat(database, { ownerId: made.ownerId, agentId: made.agentId })
  return { ...made, chatId: chat.id }
}

const deleteRow = (queryable: Queryable, table: string, id: string) =>
  queryable.query(`DELETE FROM ${quoteIdentifier(queryable.schema)}.${table} WHERE id = $1`, [id])

async function openEmpty(): Promise<Database & { pglite: Awaited<ReturnType<typeof openPGlite>> }> {
  const pglite = await openPGlite()
  onTestFinished(() => pglite.close())
  return Object.assign(fromPGlite(pglite), { pglite })
}

describe('a workspace with a chat can be deleted', () => {
  test('from a database that schema.sql made', async () => {
    const database = await openEmpty()
    await database.pglite.exec(
      await readFile(new URL('../../src/schema/generated/schema.sql', import.meta.url), 'utf8'),
    )
    const { workspaceId, chatId } = await makeBoundChat(database)
    await deleteRow(database, 'workspaces', workspaceId)
    expect(await readChat(database, chatId)).toMatchObject(unbound)
  })

  test('from a database that was restored from a dump', async () => {
    const source = await openEmpty()
    await createMigrator(source).up()
    const { workspaceId, chatId } = await makeBoundChat(source)
    const dump = await (await pgDump({ pg: source.pglite })).text()
    const database = await openEmpty()
    // The lines that begin with a backslash are for psql.
    await database.pglite.exec(dump.replaceAll(/^\\.*$/gm, ''))
    await database.script('SET search_path TO public')
    await deleteRow(database, 'workspaces', workspaceId)
    expect(await readChat(database, chatId)).toMatchObject(unbound)
  })
})

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  )
}

describe.each(engineNames)('deletions on %s', (name) => {
  const engine = useEngine(name)

  test('a workspace with a chat can be deleted in every order of the foreign keys', async () => {
    const database = await engine.install()
    const schema = quoteIdentifier(database.schema)
    const { rows: keys } = await database.query<{ table: string; name: string; sql: string }>(
      `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS sql
       FROM pg_constraint
       WHERE contype = 'f' AND connamespace = $1::regnamespace
         AND (confrelid, conrelid) IN (
           SELECT referenced.oid, referring.oid FROM pg_class referenced, pg_class referring
           WHERE referenced.relname IN ('workspaces', 'workspace_builds', 'workspace_agents')
             AND referring.relname IN ('workspace_builds', 'workspace_agents', 'chats'))`,
      [schema],
    )
    expect(keys).toHaveLength(5)
    for (const order of permutations(keys)) {
      await database.script(
        [
          ...order.map((key) => `ALTER TABLE ${key.table} DROP CONSTRAINT ${key.name}`),
          ...order.map((key) => `ALTER TABLE ${key.table} ADD CONSTRAINT ${key.name} ${key.sql}`),
        ].join(';'),
      )
      const { workspaceId, chatId } = await makeBoundChat(database)
      await deleteRow(database, 'workspaces', workspaceId)
      expect(await readChat(database, chatId)).toMatchObject(unbound)
    }
  })

  test.each(['workspaces', 'workspace_builds', 'workspace_agents'])(
    'a transaction that has changed a chat can delete from %s',
    async (table) => {
      const database = await engine.install()
      const made = await makeBoundChat(database)
      const ids: Record<string, string> = {
        workspaces: made.workspaceId,
        workspace_builds: made.buildId,
        workspace_agents: made.agentId,
      }
      await database.transaction(async (transaction) => {
        const messages = [{ role: 'user', content: 'Hello' }] as const
        await addMessages(transaction, { chatId: made.chatId, messages })
        await bind(transaction, { chatId: made.chatId, agentId: null })
        await bind(transaction, { chatId: made.chatId, agentId: made.agentId })
        await deleteRow(transaction, table, ids[table]!)
      })
      expect(await readChat(database, made.chatId)).toMatchObject({ agent_id: null })
    },
  )

  test('a chat that refers to no row is refused, at the latest when it is committed', async () => {
    const database = await engine.install()
    for (const column of ['workspace_id', 'build_id', 'agent_id']) {
      const inserted = database.query(
        `INSERT INTO ${quoteIdentifier(database.schema)}.chats (owner_id, ${column})
         VALUES (gen_random_uuid(), gen_random_uuid())`,
      )
      await expect(inserted).rejects.toMatchObject({ code: '23503' })
    }
  })
})

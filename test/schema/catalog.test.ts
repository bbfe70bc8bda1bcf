import { describe, expect, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import { quoteIdentifier } from '../../src/database/names.js'
import { constraintNames, enums, pushableKinds, type Row, tableNames } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

describe.each(engineNames)('what is generated of the schema, on %s', (name) => {
  const engine = useEngine(name)

  test('enums, tables and constraints are those of the catalog, in its order', async () => {
    const catalog = await readCatalog(await engine.install())
    const tables = catalog.tables.filter((table) => table.name !== 'driftpin_migrations')
    expect(Object.entries(enums)).toEqual(catalog.enums.map(({ name, values }) => [name, values]))
    expect([...tableNames]).toEqual(tables.map((table) => table.name))
    expect(constraintNames).toEqual(
      Object.fromEntries(
        tables.map(({ name, constraints }) => [name, constraints.map((one) => one.name)]),
      ),
    )
  })

  test('a violation carries the name of a constraint that is listed', async () => {
    const database = await engine.install()
    const table = (name: string) => `${quoteIdentifier(database.schema)}.${name}`
    const insert = database.query(
      `INSERT INTO ${table('chats')} (owner_id, context_hashes)
       VALUES (gen_random_uuid(), '[]')`,
    )
    const error = await insert.catch((error) => error)
    expect(error).toMatchObject({ code: '23514' })
    expect(constraintNames.chats).toContain(error.constraint)
  })

  test('a row has the columns that its type says', async () => {
    const database = await engine.install()
    const chats = `${quoteIdentifier(database.schema)}.chats`
    const { rows } = await database.query<Row<'chats'>>(
      `INSERT INTO ${chats} (owner_id) VALUES (gen_random_uuid()) RETURNING *`,
    )
    const chat: Row<'chats'> = rows[0]!
    expect(chat).toEqual({
      id: expect.any(String),
      owner_id: expect.any(String),
      workspace_id: null,
      build_id: null,
      agent_id: null,
      title: 'New Chat',
      status: enums.chat_status[0],
      archived: false,
      created_at: expect.any(Date),
      updated_at: expect.any(Date),
      context_dirty_since: null,
      context_error: '',
      context_hashes: null,
      context_follows: '{mcp_config,mcp_server}',
    })
  })
})

test('the kinds that a push may carry are kinds, and the reserved ones are not among them', () => {
  expect(enums.workspace_agent_context_body_kind.slice(0, pushableKinds.length)).toEqual([
    ...pushableKinds,
  ])
  expect(enums.workspace_agent_context_body_kind.length).toBeGreaterThan(pushableKinds.length)
})

import { describe, expect, test } from 'vitest'
import { type Catalog, readCatalog, scopedTables } from '../../src/catalog/index.js'
import { mirroredColumns } from '../../src/context/live-context.js'
import type { Queryable } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { mirroredInCatalog, rules } from './structure-rules.js'

type RuleName = keyof typeof rules
const ruleNames = Object.keys(rules) as RuleName[]

/** Our tables alone: the ledger is the runner's. */
async function catalogOf(queryable: Queryable): Promise<Catalog> {
  const { tables, enums } = await readCatalog(queryable)
  return { tables: tables.filter(({ name }) => name !== 'driftpin_migrations'), enums }
}

const offended = (catalog: Catalog) =>
  Object.fromEntries(
    ruleNames
      .map((name) => [name, rules[name](catalog)] as const)
      .filter(([, offences]) => offences.length > 0),
  )

const engines = engineNames.map(useEngine)

describe.each(engines)('the structure of our schema on $name', (engine) => {
  let installed: ReturnType<typeof engine.install> | undefined

  test.each(ruleNames)('%s', async (rule) => {
    installed ??= engine.install()
    const catalog = await catalogOf(await installed)
    expect(catalog.tables.length).toBeGreaterThan(10)
    expect(rules[rule](catalog)).toEqual([])
  })

  test('the list of mirrored columns is what the catalog says', async () => {
    installed ??= engine.install()
    expect(mirroredInCatalog(await readCatalog(await installed))).toEqual([...mirroredColumns])
  })

  test('the chat-scoped tables found from the catalog are all that have a chat_id', async () => {
    installed ??= engine.install()
    const catalog = await readCatalog(await installed)
    const found = scopedTables(catalog, 'chats')
    const withChatId = catalog.tables.filter(({ columns }) =>
      columns.some((column) => column.name === 'chat_id'),
    )
    expect(found.map(({ name }) => name)).toEqual(withChatId.map((table) => table.name))
    expect(new Set(found.map(({ column }) => column))).toEqual(new Set(['chat_id']))
  })
})

// Each defect is planted in an install that is thrown away, and must turn its rule red.
const defects: { defect: string; sql: string; rule: RuleName; offence: string }[] = [
  {
    defect: 'a table without a comment',
    sql: 'CREATE TABLE silent (n int)',
    rule: 'every table has a comment',
    offence: 'silent: no comment',
  },
  {
    defect: 'a constraint that is called after something else',
    sql: 'ALTER TABLE chats ADD CONSTRAINT title_is_short CHECK (length(title) < 99)',
    rule: 'every constraint begins with the name of its table',
    offence: 'chats: title_is_short',
  },
  {
    defect: 'a key of a chat that is checked at once',
    sql: 'ALTER TABLE chats ALTER CONSTRAINT chats_build_id_fkey DEFERRABLE INITIALLY IMMEDIATE',
    rule: 'several keys that deletions set to NULL are checked at COMMIT',
    offence: 'chats: chats_build_id_fkey',
  },
  {
    defect: 'a foreign key without an index',
    sql: 'DROP INDEX workspace_agents_build_id_idx',
    rule: 'every foreign key has an index that begins with its columns',
    offence: 'workspace_agents: workspace_agents_build_id_fkey',
  },
  {
    defect: 'a foreign key whose index begins with another column',
    sql: `DROP INDEX chat_file_links_file_id_idx;
          CREATE INDEX other ON chat_file_links (chat_id, file_id)`,
    rule: 'every foreign key has an index that begins with its columns',
    offence: 'chat_file_links: chat_file_links_file_id_fkey',
  },
  {
    defect: 'a foreign key whose index leaves out some of its rows',
    sql: `DROP INDEX workspace_agents_build_id_idx;
          CREATE INDEX other ON workspace_agents (build_id) WHERE NOT deleted`,
    rule: 'every foreign key has an index that begins with its columns',
    offence: 'workspace_agents: workspace_agents_build_id_fkey',
  },
  {
    defect: 'a second reference that keeps its chat from being deleted',
    sql: `ALTER TABLE chat_messages ADD COLUMN a_copy_of uuid
          CONSTRAINT chat_messages_a_copy_of_fkey REFERENCES chats`,
    rule: 'every chat_id cascades from chats',
    offence: 'chat_messages: chat_messages_a_copy_of_fkey keeps its chat',
  },
  {
    defect: 'a key of a chat-scoped table without chat_id',
    sql: 'ALTER TABLE chat_messages ADD CONSTRAINT chat_messages_id_key UNIQUE (id)',
    rule: 'every key of a chat-scoped table contains chat_id',
    offence: 'chat_messages: chat_messages_id_key',
  },
  {
    defect: 'a unique index of a chat-scoped table without chat_id',
    sql: 'CREATE UNIQUE INDEX chat_debug_runs_id_idx ON chat_debug_runs (id)',
    rule: 'every key of a chat-scoped table contains chat_id',
    offence: 'chat_debug_runs: chat_debug_runs_id_idx',
  },
  {
    defect: 'one more chat-scoped table, without CASCADE',
    sql: `CREATE TABLE chat_notes (chat_id uuid REFERENCES chats, n int, PRIMARY KEY (chat_id, n));
          COMMENT ON TABLE chat_notes IS 'Notes.'`,
    rule: 'every chat_id cascades from chats',
    offence: 'chat_notes: chat_id does not cascade',
  },
  {
    defect: 'one more chat-scoped table, without any foreign key',
    sql: `CREATE TABLE chat_notes (chat_id uuid, n int, PRIMARY KEY (chat_id, n));
          COMMENT ON TABLE chat_notes IS 'Notes.'`,
    rule: 'every chat_id cascades from chats',
    offence: 'chat_notes: chat_id does not cascade',
  },
  {
    defect: 'pins that refer to an agent',
    sql: `ALTER TABLE chat_context_resources ADD CONSTRAINT chat_context_resources_agent_fkey
          FOREIGN KEY (chat_id) REFERENCES workspace_agents`,
    rule: 'no foreign keys lead from the pins to the workspace side',
    offence: 'chat_context_resources -> workspace_agents',
  },
  {
    defect: 'chats that go with their workspace, and their pins with them',
    sql: `ALTER TABLE chats DROP CONSTRAINT chats_workspace_id_fkey,
          ADD CONSTRAINT chats_workspace_id_fkey FOREIGN KEY (workspace_id)
          REFERENCES workspaces ON DELETE CASCADE`,
    rule: 'no foreign keys lead from the pins to the workspace side',
    offence: 'chat_context_resources -> chats -> workspaces',
  },
  {
    defect: 'an agent that a chat cannot lose',
    sql: 'ALTER TABLE chats ALTER COLUMN agent_id SET NOT NULL',
    rule: 'no foreign keys lead from the pins to the workspace side',
    offence: 'chat_context_resources -> chats -> workspace_agents',
  },
  {
    defect: 'a column that only the live context has',
    sql: 'ALTER TABLE workspace_agent_context_resources ADD COLUMN extra text',
    rule: 'pins and live context mirror each other',
    offence: 'extra is missing in chat_context_resources and text in ',
  },
  {
    defect: 'another default',
    sql: "ALTER TABLE chat_context_resources ALTER COLUMN error SET DEFAULT 'x'",
    rule: 'pins and live context mirror each other',
    offence: "error is text DEFAULT 'x'::text NOT NULL in chat_context_resources",
  },
  {
    defect: 'another type',
    sql: 'ALTER TABLE chat_context_resources ALTER COLUMN size_bytes TYPE integer',
    rule: 'pins and live context mirror each other',
    offence: 'size_bytes is integer NOT NULL in chat_context_resources and bigint NOT NULL in ',
  },
]

describe('each rule, with a planted defect', () => {
  // The defects are in the catalog, which is the same on each.
  const engine = engines[0]!
  let installed: ReturnType<typeof engine.install> | undefined

  test.each(defects)('$defect offends: $rule', async ({ sql, rule, offence }) => {
    installed ??= engine.install()
    const database = await installed
    const planted = { undo: true, catalog: undefined as Catalog | undefined }
    const run = database.transaction(async (transaction) => {
      await transaction.script(`SET LOCAL search_path = "${database.schema}"; ${sql}`)
      planted.catalog = await catalogOf(transaction)
      throw planted
    })
    await expect(run).rejects.toBe(planted)
    const offences = offended(planted.catalog!)[rule] ?? []
    expect(offences.join('\n')).toContain(offence)
    expect(offended(await catalogOf(database))).toEqual({})
  })

  test('every rule has a defect that it finds', () => {
    expect(new Set(defects.map(({ rule }) => rule))).toEqual(new Set(ruleNames))
  })
})

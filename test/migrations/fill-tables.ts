import { readCatalog } from '../../src/catalog/index.js'
import { quoteIdentifier } from '../../src/database/names.js'
import { fillChat } from '../../src/harness/fill-chat.js'
import { kindHashes, type Queryable, type ResourceInput } from '../../src/index.js'

/** Columns that tell whether and how a chat is hydrated: the pins' up migration clears them. */
export const hydrationColumns = ['context_aggregate_hash', 'context_dirty_since', 'context_error']

/** The column that has taken the place of the first of them. */
export const hashesColumn = 'context_hashes'

const resource: ResourceInput = {
  ...{ source: '/AGENTS.md', kind: 'instruction_file', status: 'ok', sizeBytes: 0 },
  ...{ body: {}, contentHash: '02' },
}

/**
 * Puts rows in every table that there is at the moment: a workspace with a build, an agent and
 * what it reported, and a chat bound to it and hydrated, with all that belongs to a chat.
 */
export async function fillTables(queryable: Queryable): Promise<void> {
  const { tables } = await readCatalog(queryable)
  const has = (name: string) => tables.some((table) => table.name === name)
  const hasColumn = (name: string) =>
    tables.some(({ columns }) => columns.some((column) => column.name === name))
  const q = (name: string) => `${quoteIdentifier(queryable.schema)}.${quoteIdentifier(name)}`
  const insert = async (sql: string, values: unknown[] = []) =>
    (await queryable.query<{ id: string }>(`INSERT INTO ${sql} RETURNING *`, values)).rows[0]!.id
  if (!has('workspaces')) return
  const workspace = await insert(
    `${q('workspaces')} (owner_id, name) VALUES (gen_random_uuid(), 'one')`,
  )
  const build = await insert(
    `${q('workspace_builds')} (workspace_id, build_number) VALUES ($1, 1)`,
    [workspace],
  )
  const agent = await insert(`${q('workspace_agents')} (build_id, name) VALUES ($1, 'main')`, [
    build,
  ])
  if (has('workspace_agent_context_snapshots')) {
    const [column, hash] = hasColumn('aggregate_hash')
      ? ['aggregate_hash', '\\x01']
      : ['kind_hashes', JSON.stringify(await kindHashes([resource]))]
    await insert(
      `${q('workspace_agent_context_snapshots')} (workspace_agent_id, version, ${column})
       VALUES ($1, 1, $2)`,
      [agent, hash],
    )
    await insert(
      `${q('workspace_agent_context_resources')}
       VALUES ($1, '/AGENTS.md', 'instruction_file', '{}', '\\x02', 0, 'ok')`,
      [agent],
    )
  }
  if (!has('chats')) return
  const chat = await insert(
    `${q('chats')} (owner_id, workspace_id, build_id, agent_id)
     VALUES (gen_random_uuid(), $1, $2, $3)`,
    [workspace, build, agent],
  )
  if (hasColumn(hashesColumn) || hasColumn(hydrationColumns[0]!)) {
    const hash = hasColumn(hashesColumn)
      ? `${hashesColumn} = '{}'`
      : `${hydrationColumns[0]} = '\\x03'`
    await queryable.query(
      `UPDATE ${q('chats')} SET ${hash}, context_dirty_since = now(), context_error = 'partial'
       WHERE id = $1`,
      [chat],
    )
  }
  await fillChat(queryable, chat)
}

/** Every row of some tables as text, in an order of its own, with the columns asked for only. */
export async function rowsOf(
  queryable: Queryable,
  tables: readonly { readonly name: string; readonly columns: readonly string[] }[],
): Promise<Record<string, string[]>> {
  const parts = tables.map(
    ({ name, columns }) =>
      `SELECT '${name}' AS name, to_jsonb(one)::text AS row
       FROM (SELECT ${columns.map(quoteIdentifier)}
             FROM ${quoteIdentifier(queryable.schema)}.${quoteIdentifier(name)}) one`,
  )
  const content: Record<string, string[]> = Object.fromEntries(tables.map(({ name }) => [name, []]))
  if (parts.length === 0) return content
  const { rows } = await queryable.query<{ name: string; row: string }>(
    `SELECT name, row FROM (${parts.join(' UNION ALL ')}) all_rows ORDER BY row COLLATE "C"`,
  )
  for (const { name, row } of rows) content[name]!.push(row)
  return content
}

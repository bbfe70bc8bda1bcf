import type pg from 'pg'
import { quoteIdentifier, quoteLiteral } from '../../src/database/names.js'
import { liveTable, pinTable, snapshotTable } from '../../src/laws/model/rows.js'
import type { RowReader } from '../../src/laws/row-reader.js'

/** The live context of an agent. */
interface ObservedAgent {
  readonly id: string
  /** Null, as the next two, while it has no snapshot. */
  readonly version: string | null
  readonly hash: string | null
  /** Names the push. */
  readonly error: string | null
  readonly rows: string
}

interface ObservedChat {
  readonly id: string
  readonly agent: string | null
  readonly archived: boolean
  readonly hash: string | null
  readonly error: string
  readonly marked: boolean
  readonly pins: string
}

/** What one statement of a reader saw: a single snapshot. */
export interface Observation {
  /** The clock before the statement was sent, and after its answer. */
  readonly from: number
  readonly to: number
  readonly agents: ReadonlyMap<string, ObservedAgent>
  readonly chats: ReadonlyMap<string, ObservedChat>
  /** The number of rows of deleted chats, by table. */
  readonly orphans: Readonly<Record<string, number>>
}

/** The rows of resources, live or pinned, as one text in SQL; `row` is the alias of the table. */
const rowsText = (row: string): string => `
  coalesce(string_agg(${row}.source || ' ' || ${row}.size_bytes || ' ' || (${row}.body ->> 'content'),
    ', ' ORDER BY ${row}.source COLLATE "C"), '')`

/** The statement of a reader of a schema. */
export function observationStatement(schemaName: string, { chatColumns }: RowReader): string {
  const schema = quoteIdentifier(schemaName)
  const orphans = [...chatColumns].map(([table, column]) => {
    return `(${quoteLiteral(table)}, (SELECT count(*) FROM ${schema}.${quoteIdentifier(table)} row
      WHERE row.${quoteIdentifier(column)} IS NOT NULL AND NOT EXISTS
        (SELECT FROM ${schema}.chats WHERE id = row.${quoteIdentifier(column)})))`
  })
  return `
    SELECT (
      SELECT coalesce(json_agg(json_build_object('id', agent.id, 'version', head.version::text,
        'hash', head.kind_hashes::text, 'error', head.snapshot_error,
        'rows', (SELECT ${rowsText('live')} FROM ${schema}.${liveTable} live
                 WHERE live.workspace_agent_id = agent.id))), '[]')
      FROM ${schema}.workspace_agents agent
      LEFT JOIN ${schema}.${snapshotTable} head ON head.workspace_agent_id = agent.id
    ) AS agents, (
      SELECT coalesce(json_agg(json_build_object('id', chat.id, 'agent', chat.agent_id,
        'archived', chat.archived, 'hash', chat.context_hashes::text,
        'error', chat.context_error, 'marked', chat.context_dirty_since IS NOT NULL,
        'pins', (SELECT ${rowsText('pin')} FROM ${schema}.${pinTable} pin
                 WHERE pin.chat_id = chat.id))), '[]')
      FROM ${schema}.chats chat
    ) AS chats, (
      SELECT json_object_agg(orphan.name, orphan.count)
      FROM (VALUES ${orphans.join(', ')}) AS orphan (name, count)
    ) AS orphans`
}

/** Reads once. */
export async function observe(
  client: pg.Client,
  text: string,
  clock: () => number,
): Promise<Observation> {
  const from = clock()
  // A prepared statement, because planning takes longer than running it.
  const { rows } = await client.query<{
    agents: ObservedAgent[]
    chats: ObservedChat[]
    orphans: Record<string, number>
  }>({ name: 'observation', text })
  const { agents, chats, orphans } = rows[0]!
  return {
    ...{ from, to: clock(), orphans },
    agents: new Map(agents.map((one) => [one.id, one])),
    chats: new Map(chats.map((one) => [one.id, one])),
  }
}

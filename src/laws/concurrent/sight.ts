import type pg from 'pg'
import { quoteIdentifier, quoteLiteral } from '../../database/index.js'
import { liveTable, pinTable, snapshotTable } from '../law.js'
import type { RowReader } from '../row-reader.js'
import { rowsText } from './contents.js'

/** What an agent reported last, as a reader sees it. */
interface SeenAgent {
  readonly id: string
  /** Null, as the next two, while it has no snapshot. */
  readonly version: string | null
  readonly hash: string | null
  /** Which names the push. */
  readonly error: string | null
  readonly rows: string
}

export interface SeenChat {
  readonly id: string
  readonly agent: string | null
  readonly archived: boolean
  readonly hash: string | null
  readonly error: string
  readonly marked: boolean
  readonly pins: string
}

/** What a reader sees in one statement: one moment, whatever else is going on. */
export interface Sight {
  /** The clock of the race before the statement was sent, and after its answer. */
  readonly from: number
  readonly to: number
  readonly agents: ReadonlyMap<string, SeenAgent>
  readonly chats: ReadonlyMap<string, SeenChat>
  /** Rows of chats that are not there, by table. */
  readonly strays: Readonly<Record<string, number>>
}

/** The statement of a reader, for the schema that a race is run in. */
export function sightStatement(schemaName: string, { chatColumns }: RowReader): string {
  const schema = quoteIdentifier(schemaName)
  const strays = [...chatColumns].map(([table, column]) => {
    return `(${quoteLiteral(table)}, (SELECT count(*) FROM ${schema}.${quoteIdentifier(table)} row
      WHERE row.${quoteIdentifier(column)} IS NOT NULL AND NOT EXISTS
        (SELECT FROM ${schema}.chats WHERE id = row.${quoteIdentifier(column)})))`
  })
  return `
    SELECT (
      SELECT coalesce(json_agg(json_build_object('id', agent.id, 'version', head.version::text,
        'hash', encode(head.aggregate_hash, 'hex'), 'error', head.snapshot_error,
        'rows', (SELECT ${rowsText('live')} FROM ${schema}.${liveTable} live
                 WHERE live.workspace_agent_id = agent.id))), '[]')
      FROM ${schema}.workspace_agents agent
      LEFT JOIN ${schema}.${snapshotTable} head ON head.workspace_agent_id = agent.id
    ) AS agents, (
      SELECT coalesce(json_agg(json_build_object('id', chat.id, 'agent', chat.agent_id,
        'archived', chat.archived, 'hash', encode(chat.context_aggregate_hash, 'hex'),
        'error', chat.context_error, 'marked', chat.context_dirty_since IS NOT NULL,
        'pins', (SELECT ${rowsText('pin')} FROM ${schema}.${pinTable} pin
                 WHERE pin.chat_id = chat.id))), '[]')
      FROM ${schema}.chats chat
    ) AS chats, (
      SELECT json_object_agg(stray.name, stray.count)
      FROM (VALUES ${strays.join(', ')}) AS stray (name, count)
    ) AS strays`
}

/** Looks once. The clock is the race's. */
export async function look(client: pg.Client, text: string, clock: () => number): Promise<Sight> {
  const from = clock()
  // Planning it takes longer than running it.
  const { rows } = await client.query<{
    agents: SeenAgent[]
    chats: SeenChat[]
    strays: Record<string, number>
  }>({ name: 'sight', text })
  const { agents, chats, strays } = rows[0]!
  return {
    ...{ from, to: clock(), strays },
    agents: new Map(agents.map((one) => [one.id, one])),
    chats: new Map(chats.map((one) => [one.id, one])),
  }
}

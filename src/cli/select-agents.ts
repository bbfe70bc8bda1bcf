import { defineStatement } from '../context/index.js'
import type { Queryable } from '../database/index.js'
import { commandStatements } from './command-statements.js'

/** An agent that can be pushed to, and what it reported last. */
export interface AgentLine {
  readonly id: string
  readonly name: string
  readonly workspaceName: string
  /** How many unarchived chats are bound to it. */
  readonly chats: number
  /** The version of its latest push; null before the first. */
  readonly version: bigint | null
  readonly aggregateHash: Uint8Array | null
}

const selectLines = defineStatement(
  {
    name: 'list agents',
    parameters: { limit: 'integer' },
    row: {
      id: 'uuid',
      name: 'text',
      workspace_name: 'text',
      chats: 'integer',
      version: 'bigint?',
      aggregate_hash: 'bytea?',
    },
    sql: (names, { limit }) => `
    SELECT agent.id, agent.name, workspace.name AS workspace_name,
           (SELECT count(*)::integer FROM ${names.chats} chat
            WHERE chat.agent_id = agent.id AND NOT chat.archived) AS chats,
           head.version, head.aggregate_hash
    FROM ${names.workspace_agents} agent
    JOIN ${names.workspace_builds} build ON build.id = agent.build_id
    JOIN ${names.workspaces} workspace ON workspace.id = build.workspace_id
    LEFT JOIN ${names.workspace_agent_context_snapshots} head
      ON head.workspace_agent_id = agent.id
    WHERE NOT agent.deleted
    ORDER BY workspace.name, build.build_number DESC, agent.name, agent.id
    LIMIT ${limit}`,
  },
  commandStatements,
)

/** The agents of all workspaces that were not deleted. */
export async function selectAgents(queryable: Queryable, limit: number): Promise<AgentLine[]> {
  const rows = await selectLines(queryable, { limit })
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    workspaceName: row.workspace_name,
    chats: row.chats,
    version: row.version,
    aggregateHash: row.aggregate_hash,
  }))
}

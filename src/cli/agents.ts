import { defineStatement } from '../context/index.js'
import type { Queryable } from '../database/index.js'
import { UsageError } from './command-error.js'
import { renderTable } from './table.js'
import { printable, screenWidth } from './terminal.js'

export const selectLines = defineStatement({
  name: 'list agents',
  parameters: { limit: 'integer?' },
  row: {
    id: 'uuid',
    name: 'text',
    workspace_name: 'text',
    build_number: 'integer',
    chats: 'integer',
    version: 'bigint?',
    kind_hashes: 'jsonb?',
    ready: 'boolean?',
    received_at: 'timestamptz?',
  },
  sql: (names, { limit }) => `
    SELECT agent.id, agent.name, workspace.name AS workspace_name, build.build_number,
           (SELECT count(*)::integer FROM ${names.chats} chat
            WHERE chat.agent_id = agent.id AND NOT chat.archived) AS chats,
           head.version, head.kind_hashes, head.ready, head.received_at
    FROM ${names.workspace_agents} agent
    JOIN ${names.workspace_builds} build ON build.id = agent.build_id
    JOIN ${names.workspaces} workspace ON workspace.id = build.workspace_id
    LEFT JOIN ${names.workspace_agent_context_snapshots} head
      ON head.workspace_agent_id = agent.id
    WHERE NOT agent.deleted
    ORDER BY workspace.name, build.build_number DESC, agent.name, agent.id
    LIMIT ${limit}`,
})

/** An agent that can receive a push. Its version is null before the first push. */
export type AgentLine = Awaited<ReturnType<typeof selectLines>>[number]

/** Whether chats can be pinned from an agent. */
export function agentState({ ready }: AgentLine): 'none' | 'starting' | 'ready' {
  return ready === null ? 'none' : ready ? 'ready' : 'starting'
}

const agentsMax = 10_000
const listedMax = 20

/**
 * The agent with this id or name, or the only agent if none is named.
 *
 * @throws UsageError if there is none, or several. The message lists them.
 */
export async function findAgent(queryable: Queryable, named?: string): Promise<AgentLine> {
  const all = await selectLines(queryable, { limit: agentsMax })
  const found = named === undefined ? all : all.filter((agent) => isNamed(agent, named))
  const [agent, ...others] = found
  if (agent && others.length === 0) return agent
  if (all.length === 0) {
    throw new UsageError(
      'There is no agent to push to. An application creates workspaces, builds and agents; ' +
        'driftpin dev --watch DIR does too.',
    )
  }
  if (agent && named === undefined) throw listing('There are several agents', found)
  if (agent) throw listing(`Several agents have the id or name ${printable(named!)}`, found)
  throw listing(`No agent has the id or name ${printable(named!)}`, all)
}

/** As for chats, the first characters of an id are enough. */
function isNamed({ id, name }: AgentLine, named: string): boolean {
  return name === named || (named.length >= 4 && id.startsWith(named.toLowerCase()))
}

function listing(what: string, agents: readonly AgentLine[]): UsageError {
  const shown = agents.slice(0, listedMax)
  const rows = shown.map(({ id, name, workspace_name, chats }) => [id, name, workspace_name, chats])
  const table = renderTable(
    { columns: ['agent', 'name', 'workspace', 'chats'], rows },
    { width: screenWidth(), isPlain: true, cut: { name: 'start', workspace: 'start' } },
  )
  const more = agents.length > listedMax ? `\nand ${agents.length - listedMax} more` : ''
  return new UsageError(`${what}. Name one with --agent:\n${table}${more}`)
}

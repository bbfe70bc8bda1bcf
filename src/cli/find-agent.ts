import type { Queryable } from '../database/index.js'
import { UsageError } from './command-error.js'
import { printable } from './printable.js'
import { renderTable } from './render-table.js'
import { screenWidth } from './screen-width.js'
import { type AgentLine, selectAgents } from './select-agents.js'

const agentsMax = 10_000
const listedMax = 20

/**
 * The agent of this id or name, or the only one where none is named.
 *
 * @throws UsageError where there is none, or several, which it lists.
 */
export async function findAgent(queryable: Queryable, named?: string): Promise<AgentLine> {
  const all = await selectAgents(queryable, agentsMax)
  const found = named === undefined ? all : all.filter((agent) => isNamed(agent, named))
  const [agent, ...others] = found
  if (agent && others.length === 0) return agent
  if (all.length === 0) {
    throw new UsageError(
      'There is no agent to push to. Workspaces, builds and agents are made by an application, ' +
        'or by driftpin dev --watch DIR.',
    )
  }
  if (agent && named === undefined) throw listing('There are several agents', found)
  if (agent) throw listing(`Several agents are called ${printable(named!)}`, found)
  throw listing(`No agent has the id or the name ${printable(named!)}`, all)
}

/** An id may be written as its beginning, as that of a chat. */
function isNamed({ id, name }: AgentLine, named: string): boolean {
  return name === named || (named.length >= 4 && id.startsWith(named.toLowerCase()))
}

function listing(what: string, agents: readonly AgentLine[]): UsageError {
  const rows = agents
    .slice(0, listedMax)
    .map(({ id, name, workspaceName, chats }) => [id, name, workspaceName, chats])
  const table = renderTable(
    { columns: ['agent', 'name', 'workspace', 'chats'], rows },
    { width: screenWidth(), isPlain: true, cut: { name: 'start', workspace: 'start' } },
  )
  const more = agents.length > listedMax ? `\nand ${agents.length - listedMax} more` : ''
  return new UsageError(`${what}; name one with --agent:\n${table}${more}`)
}

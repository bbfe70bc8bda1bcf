import { type AgentLine, agentState, selectLines } from './agents.js'
import { defineDomainCommand } from './domain-tables.js'
import { limitOf, listLimit, listLimitHelp } from './options.js'
import { renderTable } from './table.js'
import { countNoun, humanAgo, say, screenWidth } from './terminal.js'

/** `driftpin agents`. */
export const agentsCommand = defineDomainCommand({
  name: 'agents',
  description: 'list agents and the state of their context',
  options: (command) => command.option('--limit <n>', listLimitHelp, listLimit),
  notes: [
    'Context:',
    '  ready     chats are pinned from its last push',
    '  starting  its last push was not ready, so no chat is pinned from it',
    '  none      it has not pushed yet',
  ],
  examples: ['driftpin agents', 'driftpin agents --json | jq -r ".[].id"'],
  run: async (database, options) => {
    const limit = limitOf(options.limit, options.json)
    const found = await selectLines(database, { limit: limit && limit + 1 })
    const agents = found.slice(0, limit)
    return {
      json: agents.map(toJson),
      text: () => {
        if (agents.length > 0) console.log(renderAgents(agents, screenWidth()))
        const more = found.length > agents.length ? ', and there are more: --limit' : ''
        say(
          agents.length === 0
            ? 'There are no agents. createAgent makes them, and so does driftpin dev --watch DIR.'
            : `\n${countNoun(agents.length, 'agent')}${more}`,
        )
      },
    }
  },
})

const toJson = (agent: AgentLine) => ({
  id: agent.id,
  name: agent.name,
  workspaceName: agent.workspace_name,
  buildNumber: agent.build_number,
  live: agentState(agent),
  version: agent.version,
  receivedAt: agent.received_at,
  chats: agent.chats,
})

function renderAgents(agents: readonly AgentLine[], width: number | undefined): string {
  const rows = agents.map((agent) => [
    ...[agent.id, agent.name, agent.workspace_name, agent.build_number, agentState(agent)],
    agent.version ?? '',
    agent.received_at ? humanAgo(agent.received_at) : '',
    agent.chats,
  ])
  return renderTable(
    {
      columns: ['agent', 'name', 'workspace', 'build', 'context', 'version', 'pushed', 'chats'],
      rows,
    },
    { width, cut: { name: 'start', workspace: 'start' }, drop: ['version', 'build', 'pushed'] },
  )
}

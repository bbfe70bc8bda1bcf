import { listTools, type ToolList } from '../context/index.js'
import { chatArgument, findChat } from './chats.js'
import { defineDomainCommand } from './domain-tables.js'
import { renderTable } from './table.js'
import { countNoun, say, screenWidth } from './terminal.js'

/** `driftpin tools CHAT`. */
export const toolsCommand = defineDomainCommand({
  name: 'tools',
  description: "list the tools of a chat's MCP servers",
  options: (command) => command.argument('<chat>', chatArgument),
  notes: ['With --json, each tool has its input schema.'],
  examples: ['driftpin tools 3f0c', 'driftpin tools 3f0c --json | jq -r ".tools[].name"'],
  run: async (database, written) => {
    const found = await listTools(database, { chatId: (await findChat(database, written)).id })
    return { json: found, text: () => print(found) }
  },
})

function print({ tools, skipped }: ToolList): void {
  const width = screenWidth()
  if (tools.length > 0) {
    const rows = tools.map(({ name, description, source }) => [name, description, source])
    const columns = ['tool', 'description', 'source']
    console.log(
      renderTable({ columns, rows }, { width, cut: { description: 'start' }, drop: ['source'] }),
    )
  }
  say(`${tools.length > 0 ? '\n' : ''}${countNoun(tools.length, 'tool')}`)
  if (skipped.length === 0) return
  const rows = skipped.map(({ source, name, reason }) => [source, name ?? '', reason])
  const columns = ['not listed', 'tool', 'because']
  console.log(`\n${renderTable({ columns, rows }, { width, cut: { because: 'start' } })}`)
}

import { InvalidArgumentError } from 'commander'
import { type ChatLine, chatState, selectChats } from './chats.js'
import { defineDomainCommand } from './domain-tables.js'
import { limitOf, listLimit, listLimitHelp } from './options.js'
import { renderTable } from './table.js'
import { countNoun, humanAgo, say, screenWidth } from './terminal.js'

/** Parses a uuid in its usual form. */
function uuidOf(written: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(written)) return written
  throw new InvalidArgumentError('It must be a complete uuid.')
}

/** `driftpin chats`. */
export const chatsCommand = defineDomainCommand({
  name: 'chats',
  description: 'list chats and the state of their pinned context',
  options: (command) =>
    command
      .option('--owner <id>', 'only the chats of this owner', uuidOf)
      .option('--archived', 'only archived chats, instead of the others')
      .option('--limit <n>', listLimitHelp, listLimit),
  notes: [
    'Context:',
    '  ok       the pins equal the context of the agent',
    '  dirty    the context of the agent has changed since',
    '  no pins  the agent has not pushed yet, or there is none',
    '  starting the agent is still starting, and its context is not pinned yet',
  ],
  examples: [
    'driftpin chats',
    'driftpin chats --archived --owner 6a9b8c1e-5d4f-4f7a-9a57-0f3f5ad2c111',
    'driftpin chats --json | jq -r ".[] | select(.dirty).id"',
  ],
  run: async (database, { owner: ownerId, archived = false, ...options }) => {
    const limit = limitOf(options.limit, options.json)
    const found = await selectChats(database, { ownerId, archived, limit: limit && limit + 1 })
    // This only tells whether there are any others.
    const other = await selectChats(database, { ownerId, archived: !archived, limit: 1 })
    const chats = found.slice(0, limit)
    return {
      json: chats,
      text: () => {
        if (chats.length > 0) console.log(renderChats(chats, screenWidth()))
        say(footer(chats.length, found.length > chats.length, archived, other.length > 0))
      },
    }
  },
})

/** Chats as a table. On a terminal, ids are as short as possible. */
function renderChats(chats: readonly ChatLine[], width: number | undefined): string {
  const owners = new Set(chats.map(({ ownerId }) => ownerId))
  const rows = chats.map((chat) => [
    width === undefined ? chat.id : chat.shortId,
    chat.title,
    chat.dirtyKinds.length > 0
      ? `${chatState(chat)}: ${chat.dirtyKinds.join(', ')}`
      : chatState(chat),
    chat.follows.join(', '),
    chat.status,
    chat.agentName ?? '',
    humanAgo(chat.updatedAt),
    ...(owners.size > 1 ? [width === undefined ? chat.ownerId : chat.ownerId.slice(0, 8)] : []),
  ])
  const owner = owners.size > 1 ? ['owner'] : []
  return renderTable(
    {
      columns: ['chat', 'title', 'context', 'follows', 'status', 'agent', 'updated', ...owner],
      rows,
    },
    {
      width,
      cut: { title: 'start', agent: 'start' },
      drop: ['follows', 'owner', 'agent', 'status'],
    },
  )
}

function footer(count: number, isCut: boolean, archived: boolean, hasOthers: boolean): string {
  if (count === 0 && archived) return 'No chat is archived.'
  if (count === 0 && hasOthers) return 'All chats are archived: driftpin chats --archived'
  if (count === 0) return 'There are no chats yet. A new database of driftpin dev has some.'
  const more = isCut ? ', and there are more: --limit' : ''
  const others = hasOthers && !archived ? ', not counting archived chats' : ''
  return `\n${countNoun(count, 'chat')}${more}${others}`
}

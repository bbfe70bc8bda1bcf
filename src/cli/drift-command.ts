import { diff } from '../context/index.js'
import type { Database } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { type ChatLine, selectChats } from './chats.js'
import { defineDomainCommand } from './domain-tables.js'
import { limitOf, listLimit, listLimitHelp } from './options.js'
import { renderTable } from './table.js'
import { countNoun, humanAgo, openProgress, say, screenWidth } from './terminal.js'

/** A dirty chat, and the number of resources that differ. */
type DriftedChat = ChatLine & Record<'added' | 'removed' | 'modified', number>

/** `driftpin drift`. */
export const driftCommand = defineDomainCommand({
  name: 'drift',
  description: 'list the dirty chats, and how many resources differ',
  options: (command) => command.option('--limit <n>', listLimitHelp, listLimit),
  examples: ['driftpin drift', 'driftpin drift --json'],
  run: async (database, { limit, json }) => {
    const drift = await readDrift(database, limitOf(limit, json))
    return { json: drift.chats, text: () => print(drift) }
  },
})

function print({ chats, more, hasAny }: Awaited<ReturnType<typeof readDrift>>): void {
  if (chats.length === 0) {
    say(
      hasAny
        ? 'No chat is dirty: all pins equal the context of their agents.'
        : 'There are no chats yet. A new database of driftpin dev has some.',
    )
    return
  }
  console.log(renderDrift(chats, screenWidth()))
  say(`\n${countNoun(chats.length, 'dirty chat')}${more ? ', and there are more: --limit' : ''}`)
  const { id, shortId } = chats[0]!
  console.log('Resources: + added, - removed, ~ modified.')
  say(`Show the differences: driftpin diff ${screenWidth() === undefined ? id : shortId}`)
}

async function readDrift(database: Database, limit: number | undefined) {
  const found = await selectChats(database, { dirty: true, limit: limit && limit + 1 })
  const [first] = found.length > 0 ? found : await selectChats(database, { limit: 1 })
  const chats: DriftedChat[] = []
  using progress = openProgress()
  const asked = found.slice(0, limit)
  for (const [index, chat] of asked.entries()) {
    progress.show(`Comparing chat ${index + 1} of ${asked.length}`)
    const counts = await countDifferences(database, chat)
    if (counts) chats.push({ ...chat, ...counts })
  }
  return { chats, more: found.length > asked.length, hasAny: first !== undefined }
}

/** Undefined if the chat was deleted, or lost its agent, since it was listed. */
async function countDifferences(database: Database, { id }: ChatLine) {
  try {
    const { added, removed, modified } = await diff(database, { chatId: id })
    return { added: added.length, removed: removed.length, modified: modified.length }
  } catch (error) {
    const gone = ['no_live_context', 'chat_not_found']
    if (error instanceof DriftpinError && gone.includes(error.code)) return undefined
    throw error
  }
}

function renderDrift(chats: readonly DriftedChat[], width: number | undefined): string {
  const rows = chats.map((chat) => [
    width === undefined ? chat.id : chat.shortId,
    chat.title,
    chat.agentName ?? '',
    chat.dirtySince ? humanAgo(chat.dirtySince) : '',
    `+${chat.added} -${chat.removed} ~${chat.modified}`,
  ])
  const columns = ['chat', 'title', 'agent', 'drifted', 'resources']
  return renderTable(
    { columns, rows },
    { width, cut: { title: 'start', agent: 'start' }, drop: ['agent'] },
  )
}

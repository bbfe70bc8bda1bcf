import { archive, archiveIdle } from '../context/index.js'
import type { Database } from '../database/index.js'
import { chatArgument, findChat } from './chats.js'
import { UsageError } from './command-error.js'
import { defineDomainCommand } from './domain-tables.js'
import { hoursOf } from './options.js'
import { countNoun, exactTime, openProgress, say } from './terminal.js'

/** `driftpin archive CHAT` and `driftpin archive --idle AGE`. */
export const archiveCommand = defineDomainCommand({
  name: 'archive',
  description: 'archive a chat, or all chats that nobody has used for some time',
  options: (command) =>
    command
      .argument('[chat]', chatArgument)
      .option('--idle <age>', 'all chats unused for so long, such as 30d or 12h', hoursOf),
  notes: [
    'Idle are chats that wait for a user or have ended with an error, and that',
    'were last updated before that time. A purge deletes archived chats.',
  ],
  examples: ['driftpin archive 3f0c', 'driftpin archive --idle 30d'],
  run: async (database, written, { idle }) => {
    if ((written === undefined) === (idle === undefined)) {
      throw new UsageError('Name a chat, or --idle with an age such as 30d.')
    }
    if (written !== undefined) {
      const result = await archive(database, { chatId: (await findChat(database, written)).id })
      const what = result.changed ? 'Archived' : 'It was archived already:'
      return { json: result, text: () => say(`${what} the chat ${result.chat.id}.`) }
    }
    const before = new Date(Date.now() - idle! * 3_600_000)
    const archived = await archiveAll(database, before)
    const text = `Archived ${countNoun(archived, 'chat')}, not updated since ${exactTime(before)}.`
    return { json: { before, archived }, text: () => say(text) }
  },
})

/** Each batch is its own transaction. Chats that are locked by others are skipped. */
async function archiveAll(database: Database, before: Date): Promise<number> {
  using progress = openProgress()
  let count = 0
  for (;;) {
    progress.show(`Archived ${countNoun(count, 'chat')}`)
    const { archived } = await archiveIdle(database, { before })
    count += archived.length
    if (archived.length === 0) return count
  }
}

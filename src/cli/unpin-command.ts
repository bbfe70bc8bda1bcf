import { unpin } from '../context/index.js'
import { chatArgument, findChat } from './chats.js'
import { defineDomainCommand } from './domain-tables.js'
import { countNoun, say } from './terminal.js'

/** `driftpin unpin CHAT`. */
export const unpinCommand = defineDomainCommand({
  name: 'unpin',
  description: 'delete the pins of a chat; the next push creates new ones',
  options: (command) => command.argument('<chat>', chatArgument),
  examples: ['driftpin unpin 3f0c'],
  run: async (database, written) => {
    const result = await unpin(database, { chatId: (await findChat(database, written)).id })
    const text = `Deleted ${countNoun(result.removed, 'pin')} of the chat ${result.chat.id}.`
    return { json: result, text: () => say(text) }
  },
})

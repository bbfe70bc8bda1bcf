import { prompt } from '../context/index.js'
import { chatArgument, findChat } from './chats.js'
import { defineDomainCommand } from './domain-tables.js'
import { printable, warn } from './terminal.js'

/** `driftpin prompt CHAT`. */
export const promptCommand = defineDomainCommand({
  name: 'prompt',
  description: 'print the pinned context of a chat as text for a model',
  options: (command) => command.argument('<chat>', chatArgument),
  notes: ['Pins that are not in the text are reported on standard error.'],
  examples: ['driftpin prompt 3f0c', 'driftpin prompt 3f0c > context.txt'],
  run: async (database, written) => {
    const result = await prompt(database, { chatId: (await findChat(database, written)).id })
    return {
      json: result,
      text: () => {
        process.stdout.write(result.text)
        for (const { source, reason } of result.skipped) {
          warn(`${printable(source)} is not in it: ${printable(reason)}.`)
        }
      },
    }
  },
})

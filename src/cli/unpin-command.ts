import { Command } from 'commander'
import { unpin } from '../context/index.js'
import { chatArgument, findChat } from './chats.js'
import { withDomain } from './domain-tables.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { helpText } from './options.js'
import { countNoun, printJson, say } from './terminal.js'

/** `driftpin unpin CHAT`. */
export function unpinCommand(): Command {
  const command = new Command('unpin')
    .description('delete the pins of a chat; the next push creates new ones')
    .argument('<chat>', chatArgument)
  return devDatabaseOptions(command)
    .action(async (written: string, options: DatabaseOptions) => {
      const result = await withDomain(options, async (database) =>
        unpin(database, { chatId: (await findChat(database, written)).id }),
      )
      if (options.json) printJson(result)
      else say(`Deleted ${countNoun(result.removed, 'pin')} of the chat ${result.chat.id}.`)
    })
    .addHelpText('after', helpText(['driftpin unpin 3f0c']))
}

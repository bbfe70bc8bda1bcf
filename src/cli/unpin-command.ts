import { Command } from 'commander'
import { unpin } from '../context/index.js'
import { countNoun } from './count-noun.js'
import { withDomain } from './domain-tables.js'
import { chatArgument, findChat } from './find-chat.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { printJson } from './print-json.js'

/** `driftpin unpin CHAT`. */
export function unpinCommand(): Command {
  const command = new Command('unpin')
    .description('take the pins off a chat, until the next push')
    .argument('<chat>', chatArgument)
  return devDatabaseOptions(command)
    .option('--json', 'print JSON')
    .action(async (written: string, options: DatabaseOptions & { readonly json?: boolean }) => {
      const result = await withDomain(options, async (database) =>
        unpin(database, { chatId: (await findChat(database, written)).id }),
      )
      if (options.json) printJson(result)
      else console.log(`Took ${countNoun(result.removed, 'pin')} off the chat ${result.chat.id}.`)
    })
    .addHelpText('after', '\nExample:\n  driftpin unpin 3f0c')
}

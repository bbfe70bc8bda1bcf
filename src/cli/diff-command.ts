import { Command } from 'commander'
import { diff } from '../context/index.js'
import { withDomain } from './domain-tables.js'
import { chatArgument, findChat } from './find-chat.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { printJson } from './print-json.js'
import { renderChat } from './render-chat.js'
import { renderDiff } from './render-diff.js'

/** `driftpin diff CHAT`. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('show what a refresh of a chat would change')
    .argument('<chat>', chatArgument)
  return devDatabaseOptions(command)
    .option('--json', 'print JSON')
    .action(showDiff)
    .addHelpText(
      'after',
      '\nLines with - are pinned, lines with + are live.\n\nExample:\n  driftpin diff 3f0c',
    )
}

async function showDiff(
  written: string,
  { json, ...options }: DatabaseOptions & { readonly json?: boolean },
): Promise<void> {
  const [chat, difference] = await withDomain(options, async (database) => {
    const chat = await findChat(database, written)
    return [chat, await diff(database, { chatId: chat.id })] as const
  })
  if (json) {
    printJson(difference)
    return
  }
  const { added, removed, modified } = difference
  console.log(`${renderChat(chat)}\n`)
  if (added.length + removed.length + modified.length === 0) {
    console.log('Nothing differs: its pins are what the agent has.')
    return
  }
  console.log(`${renderDiff(difference)}\n`)
  const counts = `${added.length} added, ${removed.length} removed, ${modified.length} modified`
  console.log(`- pinned, + live: ${counts}. Take it over: driftpin refresh ${written}`)
}

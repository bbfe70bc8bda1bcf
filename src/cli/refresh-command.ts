import { Command } from 'commander'
import { diff, refresh } from '../context/index.js'
import { chatArgument, findChat } from './chats.js'
import { withDomain } from './domain-tables.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { helpText } from './options.js'
import { paint, printable, printJson, say } from './terminal.js'

const signs = { added: ['green', '+'], removed: ['red', '-'], modified: ['yellow', '~'] } as const

/** `driftpin refresh CHAT`. */
export function refreshCommand(): Command {
  const command = new Command('refresh')
    .description('replace the pins of a chat by the current context of its agent')
    .argument('<chat>', chatArgument)
  return devDatabaseOptions(command)
    .action(refreshOne)
    .addHelpText('after', helpText(['driftpin refresh 3f0c']))
}

async function refreshOne(written: string, { json, ...options }: DatabaseOptions): Promise<void> {
  const { chat, result, difference } = await withDomain(options, async (database) => {
    const chat = await findChat(database, written)
    const key = { chatId: chat.id }
    return await database.transaction(async (transaction) => {
      const difference = await diff(transaction, key)
      return { chat, difference, result: await refresh(transaction, key) }
    })
  })
  if (json) {
    printJson(result)
    return
  }
  console.log(`${paint('bold', printable(chat.title))}\nchat ${chat.id}\n`)
  for (const what of ['added', 'removed', 'modified'] as const) {
    const [colour, sign] = signs[what]
    for (const { source } of difference[what]) {
      console.log(`${paint(colour, sign)} ${printable(source)}`)
    }
  }
  const { added, replaced, removed } = result
  say(
    added + replaced + removed === 0
      ? 'Nothing to do: its pins equal the context of its agent.'
      : `\nRefreshed: ${added} added, ${replaced} replaced, ${removed} removed.`,
  )
}

import { type ContextDiff, diff, type RefreshResult, refresh } from '../context/index.js'
import { type ChatLine, chatArgument, findChat } from './chats.js'
import { defineDomainCommand } from './domain-tables.js'
import { paint, printable, say } from './terminal.js'

const signs = { added: ['green', '+'], removed: ['red', '-'], modified: ['yellow', '~'] } as const

/** `driftpin refresh CHAT`. */
export const refreshCommand = defineDomainCommand({
  name: 'refresh',
  description: 'replace the pins of a chat by the current context of its agent',
  options: (command) => command.argument('<chat>', chatArgument),
  examples: ['driftpin refresh 3f0c'],
  run: async (database, written) => {
    const chat = await findChat(database, written)
    const key = { chatId: chat.id }
    return await database.transaction(async (transaction) => {
      const difference = await diff(transaction, key)
      const result = await refresh(transaction, key)
      return { json: result, text: () => print(chat, difference, result) }
    })
  },
})

function print({ id, title }: ChatLine, difference: ContextDiff, result: RefreshResult): void {
  console.log(`${paint('bold', printable(title))}\nchat ${id}\n`)
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

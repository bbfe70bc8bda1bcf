import {
  type ContextDiff,
  diff,
  listPins,
  type RefreshResult,
  refresh,
  refreshAgent,
} from '../context/index.js'
import type { Database } from '../database/index.js'
import { findAgent } from './agents.js'
import { type ChatLine, chatArgument, findChat } from './chats.js'
import { UsageError } from './command-error.js'
import { defineDomainCommand } from './domain-tables.js'
import { findPin } from './pins-command.js'
import { countNoun, paint, printable, say } from './terminal.js'

const signs = { added: ['green', '+'], removed: ['red', '-'], modified: ['yellow', '~'] } as const

/** `driftpin refresh CHAT` and `driftpin refresh --agent AGENT`. */
export const refreshCommand = defineDomainCommand({
  name: 'refresh',
  description: 'replace the pins of a chat by the current context of its agent',
  options: (command) =>
    command
      .argument('[chat]', chatArgument)
      .option('--only <source...>', 'only these sources; the end of each is enough')
      .option(
        '--agent <agent>',
        'instead of one chat, all chats of the agent with this id or name',
      ),
  examples: [
    'driftpin refresh 3f0c',
    'driftpin refresh 3f0c --only AGENTS.md skills/release-notes/SKILL.md',
    'driftpin refresh --agent main',
  ],
  run: async (database, written, { only, agent }) => {
    if ((written === undefined) === (agent === undefined)) {
      throw new UsageError('Name a chat, or --agent with an agent.')
    }
    if (written !== undefined) return await refreshOne(database, written, only)
    if (only) throw new UsageError('--only names sources of one chat, so it needs a chat.')
    const { id } = await findAgent(database, agent)
    const result = await refreshAgent(database, { agentId: id })
    const chats = countNoun(result.refreshed.length + result.hydrated.length, 'chat')
    return { json: result, text: () => say(`Refreshed ${chats}. Pins: ${countsOf(result)}.`) }
  },
})

async function refreshOne(database: Database, written: string, only: string[] | undefined) {
  const chat = await findChat(database, written)
  const key = { chatId: chat.id }
  return await database.transaction(async (transaction) => {
    const whole = await diff(transaction, key)
    const known = [...(await listPins(transaction, key)), ...whole.added]
    const sources = only?.map((source) => findPin(known, source).source)
    const result = await refresh(transaction, { ...key, only: sources && { sources } })
    const isMeant = ({ source }: { source: string }) => !sources || sources.includes(source)
    const { added, removed, modified } = whole
    const difference = {
      added: added.filter(isMeant),
      removed: removed.filter(isMeant),
      modified: modified.filter(isMeant),
    }
    return { json: result, text: () => print(chat, difference, result) }
  })
}

function print(
  { id, title }: ChatLine,
  difference: Pick<ContextDiff, keyof typeof signs>,
  result: RefreshResult,
): void {
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
      : `\nRefreshed: ${countsOf(result)}.`,
  )
}

const countsOf = ({
  added,
  replaced,
  removed,
}: Pick<RefreshResult, 'added' | 'replaced' | 'removed'>) =>
  `${added} added, ${replaced} replaced, ${removed} removed`

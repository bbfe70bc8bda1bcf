import type { Queryable } from '../database/index.js'
import { UsageError } from './command-error.js'
import { printable } from './printable.js'
import { renderTable } from './render-table.js'
import { screenWidth } from './screen-width.js'
import { type ChatLine, selectChats } from './select-chats.js'

const digitsMin = 4
const digitsOfAll = 32
const listedMax = 10

/** How a command takes a chat, for its help. */
export const chatArgument = 'the id of a chat, or its first four characters or more'

/**
 * The chat whose id begins as written.
 *
 * @throws UsageError where none does, or several do, which it lists.
 */
export async function findChat(queryable: Queryable, written: string): Promise<ChatLine> {
  const digits = written.replaceAll('-', '').toLowerCase()
  if (!/^[0-9a-f]+$/.test(digits) || digits.length < digitsMin || digits.length > digitsOfAll) {
    throw new UsageError(
      `${printable(written)} is no id of a chat. Give one as driftpin chats shows it, or at least ` +
        `its first ${digitsMin} characters.`,
    )
  }
  const between = [digits.padEnd(digitsOfAll, '0'), digits.padEnd(digitsOfAll, 'f')] as const
  const found = await selectChats(queryable, { between, limit: listedMax + 1 })
  const [chat, ...others] = found
  if (!chat) throw new UsageError(`No chat begins with ${written}. driftpin chats shows them all.`)
  if (others.length > 0) throw ambiguous(written, found)
  return chat
}

function ambiguous(written: string, found: readonly ChatLine[]): UsageError {
  const shown = found.slice(0, listedMax)
  const table = renderTable(
    { columns: ['chat', 'title'], rows: shown.map(({ id, title }) => [id, title]) },
    { width: screenWidth(), isPlain: true, cut: { title: 'start' } },
  )
  const more = found.length > shown.length ? '\nand more' : ''
  return new UsageError(`Several chats begin with ${written}; give more of it:\n${table}${more}`)
}

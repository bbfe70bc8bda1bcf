import fc from 'fast-check'
import { chatColumn, fillChat as fill } from '../../harness/index.js'
import { pickChat, place } from '../choices.js'
import { pinTable } from '../law.js'
import { defineCommand } from '../move.js'

/**
 * The host's own rows: a queued message, a file, a debug run with a step, a heartbeat, and a row
 * in whatever other table belongs to a chat, also one that was added yesterday. Pins are left out.
 */
export const fillChat = defineCommand({
  name: 'fill chat',
  isHosts: true,
  weight: 3,
  choices: fc.record({ chat: place }),
  aim: ({ model, nameOf, hostTables }, { chat }) => {
    const found = pickChat(model, chat, [])
    if (!found) return undefined
    return {
      says: `give ${nameOf(found.id)} a row in every table of the host`,
      chats: [found.id],
      writes: hostTables,
      async act({ queryable, catalog }) {
        const scoped = catalog.tables.filter((table) => chatColumn(table))
        const rowsAt = (position: number) => (scoped[position]!.name === pinTable ? 0 : 1)
        await queryable.transaction((transaction) =>
          fill(transaction, found.id, { catalog, rowsAt }),
        )
      },
      predict: () => undefined,
    }
  },
})

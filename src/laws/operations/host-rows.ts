import fc from 'fast-check'
import { fillChat as fill } from '../../harness/index.js'
import { owners, pickChat, place } from '../choices.js'
import { pinTable } from '../model/rows.js'
import { defineOperation, hostStatements, type Move } from '../operation.js'
import { tablesOfChats } from '../row-reader.js'

/**
 * Gives a chat one row in every table that belongs to chats, except the pins. The tables are found
 * in the catalog, so that a table of a later migration is filled too.
 */
export const fillChatMove = (chatId: string): Move => ({
  says: `give ${chatId} a row in every table of the host`,
  chats: [chatId],
  async execute({ queryable, catalog }) {
    const rowsIn = (table: string) => (table === pinTable ? 0 : 1)
    const options = { catalog, tables: tablesOfChats(catalog), rowsIn }
    await queryable.transaction((transaction) => fill(transaction, chatId, options))
  },
  predict: () => undefined,
})

export const fillChat = defineOperation({
  name: 'fill chat',
  isHosts: true,
  weight: 3,
  choices: fc.record({ chat: place }),
  resolve: ({ model, hostTables }, { chat }) => {
    const found = pickChat(model, chat, [])
    return found && { ...fillChatMove(found.id), writes: hostTables }
  },
})

/** What a backend does itself to the tables that belong to chats, each in one statement. */
const writes: Record<string, string> = {
  'queue a message': `INSERT INTO {chat_queued_messages} (chat_id, content, position)
    SELECT $1, '"later"', count(*) FROM {chat_queued_messages} WHERE chat_id = $1`,
  'take the next queued message': `DELETE FROM {chat_queued_messages} WHERE chat_id = $1 AND id =
    (SELECT id FROM {chat_queued_messages} WHERE chat_id = $1 ORDER BY position LIMIT 1)`,
  'link a file': `WITH file AS (
      INSERT INTO {chat_files} (owner_id, name, mimetype, data)
      VALUES ('${owners[0]}', 'notes.txt', 'text/plain', 'x') RETURNING id)
    INSERT INTO {chat_file_links} (chat_id, file_id) SELECT $1, id FROM file`,
  'store two files': `INSERT INTO {chat_files} (owner_id, name, mimetype, data)
    SELECT owner_id, 'notes.txt', 'text/plain', 'x' FROM {chats}, generate_series(1, 2) WHERE id = $1`,
  'delete a file': `DELETE FROM {chat_files} WHERE id =
    (SELECT min(file_id::text)::uuid FROM {chat_file_links} WHERE chat_id = $1)`,
  'record two debug runs': `WITH run AS (
      INSERT INTO {chat_debug_runs} (chat_id, kind, status)
      SELECT $1, 'turn', 'ok' FROM generate_series(1, 2)
      RETURNING chat_id, id)
    INSERT INTO {chat_debug_steps}
      (chat_id, run_id, step_number, operation, status, normalized_request)
    SELECT chat_id, id, step, 'call', 'ok', '{}' FROM run, generate_series(1, 2) step`,
  'delete the debug runs': `DELETE FROM {chat_debug_runs} WHERE chat_id = $1
    -- This also deletes rows of {chat_debug_steps}.`,
  'send a heartbeat': `INSERT INTO {chat_heartbeats} VALUES ($1, '${owners[1]}', now())
    ON CONFLICT (chat_id, runner_id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`,
  'fetch the diff status': `INSERT INTO {chat_diff_statuses} (chat_id, stale_at) VALUES ($1, now())
    ON CONFLICT (chat_id) DO UPDATE SET additions = {chat_diff_statuses}.additions + 1`,
}

/** The host's own rows, which no operation may change. */
export const hostWrites = defineOperation({
  name: 'host writes',
  isHosts: true,
  weight: 2,
  choices: fc.record({ chat: place, what: fc.constantFrom(...Object.keys(writes)) }),
  resolve: ({ model }, { chat, what }) => {
    const found = pickChat(model, chat, [])
    if (!found) return undefined
    const sql = writes[what]!
    return {
      says: `${what} of ${found.id}`,
      variant: what,
      // Deleting a file also deletes the links of other chats to it.
      chats: what === 'delete a file' ? [...model.chats.keys()] : [found.id],
      writes: [...sql.matchAll(/\{(\w+)\}/g)].map(([, table]) => table!),
      execute: hostStatements([sql, found.id]),
      predict: () => undefined,
    }
  },
})

import fc from 'fast-check'
import { owners, pickChat, place } from '../choices.js'
import { defineCommand } from '../move.js'

type Table = (name: string) => string

/** What a backend does by itself to the tables that belong to a chat, each as one statement. */
const writes: Record<string, { readonly tables: readonly string[]; sql(table: Table): string }> = {
  'queue a message': {
    tables: ['chat_queued_messages'],
    sql: (table) =>
      `INSERT INTO ${table('chat_queued_messages')} (chat_id, content, position)
       SELECT $1, '"later"', count(*) FROM ${table('chat_queued_messages')} WHERE chat_id = $1`,
  },
  'take the next queued message': {
    tables: ['chat_queued_messages'],
    sql: (table) =>
      `DELETE FROM ${table('chat_queued_messages')} WHERE chat_id = $1 AND id =
         (SELECT id FROM ${table('chat_queued_messages')} WHERE chat_id = $1 ORDER BY position LIMIT 1)`,
  },
  'link a file': {
    tables: ['chat_files', 'chat_file_links'],
    sql: (table) =>
      `WITH file AS (
         INSERT INTO ${table('chat_files')} (owner_id, name, mimetype, data)
         VALUES ('${owners[0]}', 'notes.txt', 'text/plain', 'x') RETURNING id)
       INSERT INTO ${table('chat_file_links')} (chat_id, file_id) SELECT $1, id FROM file`,
  },
  'delete a file': {
    tables: ['chat_files', 'chat_file_links'],
    sql: (table) =>
      `DELETE FROM ${table('chat_files')} WHERE id =
         (SELECT min(file_id::text)::uuid FROM ${table('chat_file_links')} WHERE chat_id = $1)`,
  },
  'record a debug run': {
    tables: ['chat_debug_runs', 'chat_debug_steps'],
    sql: (table) =>
      `WITH run AS (
         INSERT INTO ${table('chat_debug_runs')} (chat_id, kind, status) VALUES ($1, 'turn', 'ok')
         RETURNING chat_id, id)
       INSERT INTO ${table('chat_debug_steps')}
         (chat_id, run_id, step_number, operation, status, normalized_request)
       SELECT chat_id, id, step, 'call', 'ok', '{}' FROM run, generate_series(1, 2) step`,
  },
  'delete the debug runs': {
    tables: ['chat_debug_runs', 'chat_debug_steps'],
    sql: (table) => `DELETE FROM ${table('chat_debug_runs')} WHERE chat_id = $1`,
  },
  'send a heartbeat': {
    tables: ['chat_heartbeats'],
    sql: (table) =>
      `INSERT INTO ${table('chat_heartbeats')} VALUES ($1, '${owners[1]}', now())
       ON CONFLICT (chat_id, runner_id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`,
  },
  'fetch the diff status': {
    tables: ['chat_diff_statuses'],
    sql: (table) =>
      `INSERT INTO ${table('chat_diff_statuses')} (chat_id, stale_at) VALUES ($1, now())
       ON CONFLICT (chat_id) DO UPDATE SET additions = ${table('chat_diff_statuses')}.additions + 1`,
  },
}

/** The host's own traffic: rows that operations must neither touch nor trip over. */
export const hostWrites = defineCommand({
  name: 'host writes',
  isHosts: true,
  weight: 2,
  choices: fc.record({ chat: place, what: fc.constantFrom(...Object.keys(writes)) }),
  aim: ({ model, nameOf }, { chat, what }) => {
    const found = pickChat(model, chat, [])
    const write = writes[what]
    if (!found || !write) return undefined
    // A file that is deleted takes the links of other chats with it.
    const chats = what === 'delete a file' ? [...model.chats.keys()] : [found.id]
    return {
      says: `${what} of ${nameOf(found.id)}`,
      variant: what,
      chats,
      writes: write.tables,
      async act({ queryable, table }) {
        await queryable.transaction((transaction) =>
          transaction.query(write.sql(table), [found.id]),
        )
      },
      predict: () => undefined,
    }
  },
})

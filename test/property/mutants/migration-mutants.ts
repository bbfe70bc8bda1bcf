import { changeMigrations, type MigrationChange } from './change-migrations.js'
import type { Mutant } from './mutant.js'

const pins = 'create_chat_context_resources'

const mutant = (name: string, change: MigrationChange): Mutant => ({
  name,
  laws: [11],
  plant: () => changeMigrations(change),
})

/** Ways down and up again that do not come back. */
export const migrationMutants: readonly Mutant[] = [
  mutant('the down of the pins drops an enum that is not its own', {
    name: pins,
    way: 'down',
    from: 'DROP TABLE chat_context_resources;',
    to: `DROP TABLE chat_context_resources;
DROP TYPE workspace_agent_context_resource_status CASCADE;`,
  }),
  mutant('the down of the pins takes the live context with it', {
    name: pins,
    way: 'down',
    from: 'DROP TABLE chat_context_resources;',
    to: 'DROP TABLE chat_context_resources;\nDELETE FROM workspace_agent_context_resources;',
  }),
  mutant('the down of the pins leaves the table', {
    name: pins,
    way: 'down',
    from: 'DROP TABLE chat_context_resources;',
    to: 'ALTER TABLE chat_context_resources RENAME TO chat_context_resources_left;',
  }),
  mutant('the up of the pins leaves the hashes of chats without pins', {
    name: pins,
    way: 'up',
    from: `UPDATE chats
SET context_aggregate_hash = NULL, context_dirty_since = NULL, context_error = ''`,
    to: "UPDATE chats\nSET context_dirty_since = NULL, context_error = ''",
  }),
  mutant('the up of the pins leaves the marks of chats without pins', {
    name: pins,
    way: 'up',
    from: 'SET context_aggregate_hash = NULL, context_dirty_since = NULL,',
    to: 'SET context_aggregate_hash = NULL,',
  }),
  mutant('the up of the pins moves the time of chats', {
    name: pins,
    way: 'up',
    from: 'SET context_aggregate_hash = NULL,',
    to: 'SET updated_at = now(), context_aggregate_hash = NULL,',
  }),
  mutant('a down forgets a column', {
    name: 'add_chat_hydration',
    way: 'down',
    from: '    DROP COLUMN context_error,\n',
    to: '',
  }),
  mutant('a down forgets its index', {
    name: 'create_chat_purge_index',
    way: 'down',
    from: 'DROP INDEX CONCURRENTLY chats_updated_at_id_archived_idx',
    to: 'SELECT 1',
  }),
  mutant('a down forgets a type', {
    name: 'create_chats',
    way: 'down',
    from: 'DROP TYPE chat_message_role;\n',
    to: '',
  }),
]

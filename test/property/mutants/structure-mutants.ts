import { addMigration, changeMigrations } from './change-migrations.js'
import type { Mutant } from './mutant.js'
import { rewriteStatements } from './rewrite-statements.js'

/** The shape of the schema: columns, keys and indexes that only structure tells of. */
export const structureMutants: readonly Mutant[] = [
  {
    name: 'a column is added to the live context and not to the pins',
    laws: [12],
    plant: () =>
      addMigration(
        'add_language',
        "ALTER TABLE workspace_agent_context_resources ADD COLUMN language text NOT NULL DEFAULT ''",
        'ALTER TABLE workspace_agent_context_resources DROP COLUMN language',
      ),
  },
  {
    name: 'a column is added to the pins and not to the live context',
    laws: [12],
    plant: () =>
      addMigration(
        'add_note',
        "ALTER TABLE chat_context_resources ADD COLUMN note text NOT NULL DEFAULT ''",
        'ALTER TABLE chat_context_resources DROP COLUMN note',
      ),
  },
  {
    name: 'a column is added to both and copied by nothing',
    laws: [2],
    plant: () => {
      const both = (change: string) =>
        ['workspace_agent_context_resources', 'chat_context_resources']
          .map((table) => `ALTER TABLE ${table} ${change};`)
          .join('\n')
      const up = both('ADD COLUMN place uuid NOT NULL DEFAULT gen_random_uuid()')
      return addMigration('add_place', up, both('DROP COLUMN place'))
    },
  },
  {
    name: 'a unique key of a chat-scoped table leaves out its chat',
    laws: [12],
    plant: () =>
      changeMigrations({
        name: 'create_chats',
        way: 'up',
        from: 'CONSTRAINT chat_queued_messages_pkey PRIMARY KEY (chat_id, id)',
        to: 'CONSTRAINT chat_queued_messages_pkey PRIMARY KEY (id)',
      }),
  },
  {
    name: 'a foreign key has no index',
    laws: [12],
    plant: () =>
      changeMigrations({
        name: 'create_chat_files',
        way: 'up',
        from: `CREATE INDEX chat_file_links_file_id_idx ON chat_file_links (file_id);
COMMENT ON INDEX chat_file_links_file_id_idx IS 'Serves the cascade from chat_files and the chats of a file.';`,
        to: '',
      }),
  },
  {
    name: 'a list of chats reads their pins',
    laws: [12],
    plant: () =>
      rewriteStatements({
        'list chats': [
          [
            'chat.context_hashes IS NOT NULL AS hydrated',
            `(chat.context_hashes IS NOT NULL
               OR EXISTS (SELECT FROM {schema}.chat_context_resources pin
                          WHERE pin.chat_id = chat.id)) AS hydrated`,
          ],
        ],
      }),
  },
]

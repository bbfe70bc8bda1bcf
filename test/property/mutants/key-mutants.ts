import { addMigration, changeMigrations } from './change-migrations.js'
import type { Mutant } from './mutant.js'
import { rewriteStatements } from './rewrite-statements.js'

/** Pins that know the agent they came from, and what its deletion does to them. */
const pinsOfAgent = (onDelete: string) => ({
  ...changeMigrations({
    name: 'create_chat_context_resources',
    way: 'up',
    from: '    CONSTRAINT chat_context_resources_pkey',
    to: `    agent_id uuid REFERENCES workspace_agents (id) ON DELETE ${onDelete},
    CONSTRAINT chat_context_resources_pkey`,
  }),
  ...rewriteStatements({
    'copy live context to pins': [
      ['(chat_id, source, body_kind,', '(agent_id, chat_id, source, body_kind,'],
      ['SELECT chat_id, source, body_kind,', 'SELECT $1, chat_id, source, body_kind,'],
    ],
  }),
})

const childKey = (name: string, table: string, key: string) =>
  changeMigrations({
    name,
    way: 'up',
    from: `CONSTRAINT ${table}_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE`,
    to: key,
  })

const heartbeats = { name: 'create_chat_heartbeats', way: 'up' } as const

const noteColumns = 'id bigint NOT NULL GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (chat_id, id)'

/** Foreign keys: who goes with whom. */
export const keyMutants: readonly Mutant[] = [
  {
    name: 'pins go with the agent they came from',
    laws: [1, 3, 12],
    plant: () => pinsOfAgent('CASCADE'),
  },
  {
    name: 'pins forget the agent they came from when it is deleted',
    laws: [1, 3, 12],
    plant: () => pinsOfAgent('SET NULL'),
  },
  {
    name: 'pins keep the agent they came from from being deleted',
    laws: [3, 12],
    plant: () => pinsOfAgent('RESTRICT'),
  },
  {
    name: 'messages keep their chat from being deleted',
    laws: [4, 12],
    plant: () =>
      childKey(
        'create_chats',
        'chat_messages',
        'CONSTRAINT messages_chat FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE RESTRICT',
      ),
  },
  {
    name: 'a debug run keeps its chat from being deleted',
    laws: [4, 12],
    plant: () =>
      childKey(
        'create_chat_debug_runs',
        'chat_debug_runs',
        'CONSTRAINT runs_chat FOREIGN KEY (chat_id) REFERENCES chats (id)',
      ),
  },
  {
    name: 'heartbeats outlive their chat without it',
    laws: [4, 12],
    plant: () =>
      changeMigrations(
        { ...heartbeats, from: 'chat_id uuid NOT NULL', to: 'chat_id uuid' },
        { ...heartbeats, from: 'PRIMARY KEY (chat_id', to: 'UNIQUE (chat_id' },
        { ...heartbeats, from: 'ON DELETE CASCADE', to: 'ON DELETE SET NULL' },
      ),
  },
  {
    name: 'diff statuses have no key to their chat',
    laws: [4, 12],
    plant: () =>
      childKey('create_chat_diff_statuses', 'chat_diff_statuses', 'CHECK (additions >= 0)'),
  },
  {
    name: 'a table is added whose key to its chat does not cascade',
    laws: [4, 12],
    plant: () =>
      addMigration(
        'create_chat_notes',
        `CREATE TABLE chat_notes (chat_id uuid NOT NULL REFERENCES chats (id), ${noteColumns})`,
        'DROP TABLE chat_notes',
      ),
  },
  {
    name: 'a table is added without a key to its chat',
    laws: [4, 12],
    plant: () =>
      addMigration(
        'create_chat_notes',
        `CREATE TABLE chat_notes (chat_id uuid NOT NULL, ${noteColumns})`,
        'DROP TABLE chat_notes',
      ),
  },
  {
    name: 'a table is added whose key to its chat has another name and does not cascade',
    laws: [4, 12],
    plant: () =>
      addMigration(
        'create_chat_notes',
        `CREATE TABLE chat_notes (about uuid NOT NULL REFERENCES chats (id) ON DELETE NO ACTION,
           id bigint NOT NULL GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (about, id))`,
        'DROP TABLE chat_notes',
      ),
  },
  {
    name: 'chats go with their agent',
    laws: [1, 3, 5, 12],
    plant: () =>
      changeMigrations({
        name: 'create_chats',
        way: 'up',
        from: 'FOREIGN KEY (agent_id) REFERENCES workspace_agents (id) ON DELETE SET NULL',
        to: 'FOREIGN KEY (agent_id) REFERENCES workspace_agents (id) ON DELETE CASCADE',
      }),
  },
]

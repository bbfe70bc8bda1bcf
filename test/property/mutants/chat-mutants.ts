import { noChanges } from '../../../src/context/chat-ref.js'
import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

const { archive, bind, getChatContext, hydrate, prompt, refresh } = ownOperations

const anybody = (name: string, statement: string, owner: string) =>
  statementMutant(name, [5], { [statement]: [[`OR ${owner} = $2`, `OR true OR ${owner} = $2`]] })

/** An answer in place of a refusal with this code. */
const instead =
  <Answer>(code: string, answer: Answer) =>
  (error: { readonly code?: unknown }) => {
    if (error.code === code) return answer
    throw error
  }

/** Chats: whose they are, where they are bound, and when they were last used. */
export const chatMutants: readonly Mutant[] = [
  {
    name: 'binding takes the pins of the new agent without being asked',
    laws: [0, 1],
    plant: () => ({
      operations: {
        async bind(queryable, params) {
          const done = await bind(queryable, params)
          const { chatId, now } = params
          await refresh(queryable, { chatId, now }).catch(() => {})
          return done
        },
      },
    }),
  },
  {
    name: 'hydrating the chats of an unknown agent is answered',
    laws: [0],
    plant: () => ({
      operations: {
        hydrate: (queryable, params) =>
          hydrate(queryable, params).catch(instead('agent_not_found', noChanges)),
      },
    }),
  },
  {
    name: 'archiving an unknown chat is answered',
    laws: [0, 5],
    plant: () => ({
      operations: {
        archive: (queryable, params) => {
          const { chatId: id, ownerId } = params
          const none = { chat: { id, ownerId: '' }, changed: false }
          const done = archive(queryable, params)
          return ownerId ? done : done.catch(instead('chat_not_found', none))
        },
      },
    }),
  },
  statementMutant('binding moves the time of its chat', [9], {
    'bind chats': [
      ['SET workspace_id', "SET updated_at = updated_at + interval '1 ms', workspace_id"],
    ],
  }),
  statementMutant('binding leaves the workspace and the build', [0], {
    'bind chats': [
      ['SET workspace_id = $2::pg_catalog.uuid, build_id = $3::pg_catalog.uuid, ', 'SET '],
    ],
  }),
  statementMutant('a rebind of a workspace takes archived chats along', [0, 5], {
    'lock chats of workspace': [['AND NOT archived', '']],
  }),
  statementMutant('archiving does not move the time of its chat', [0, 9], {
    'set archived': [
      [
        ', updated_at = coalesce($3::pg_catalog.timestamptz, now())',
        ', title = CASE WHEN $3::pg_catalog.timestamptz IS NULL THEN title ELSE title END',
      ],
    ],
  }),
  statementMutant('adding messages does not move the time of their chat', [0, 9], {
    'touch chat': [
      [
        'coalesce($2::pg_catalog.timestamptz, now())',
        'CASE WHEN $2::pg_catalog.timestamptz IS NULL THEN updated_at ELSE updated_at END',
      ],
    ],
  }),
  statementMutant('adding messages moves the time of the other chats of their owner', [5, 9], {
    'touch chat': [
      [
        'WHERE id = $1::pg_catalog.uuid',
        'WHERE owner_id = (SELECT owner_id FROM {schema}.chats WHERE id = $1)',
      ],
    ],
  }),
  anybody('anybody may refresh, unpin, bind and archive', 'lock chat', 'c.owner_id'),
  anybody('anybody may delete', 'delete chat', 'owner_id'),
  anybody('anybody may see a diff', 'diff', 'chat.owner_id'),
  anybody('anybody may list pins', 'list pins', 'chat.owner_id'),
  anybody('anybody may get a skill', 'get skill', 'chat.owner_id'),
  anybody('anybody may list tools', 'read pins for tools', 'chat.owner_id'),
  anybody('anybody may have the prompt', 'read pins for prompt', 'chat.owner_id'),
  statementMutant('a list has the chats of other owners', [0, 5], {
    'list chats': [
      [
        'WHERE chat.owner_id = $1::pg_catalog.uuid',
        'WHERE (true OR chat.owner_id = $1::pg_catalog.uuid)',
      ],
    ],
  }),
  {
    name: 'the prompt tells whether the chat is bound',
    laws: [0, 3],
    plant: () => ({
      operations: {
        async prompt(queryable, key) {
          const written = await prompt(queryable, key)
          const { dirty } = await getChatContext(queryable, key)
          return { ...written, text: `${written.text}${dirty ? 'It has changed.' : ''}` }
        },
      },
    }),
  },
]

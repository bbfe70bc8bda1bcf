import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

/** Messages: what is kept of them, and in which order. */
export const messageMutants: readonly Mutant[] = [
  statementMutant('messages are added in any order', [0], {
    'insert messages': [['ORDER BY message.place', 'ORDER BY message.place DESC']],
  }),
  statementMutant('messages lose their content', [0], {
    'insert messages': [['message.content::pg_catalog.jsonb', "'{}'::jsonb"]],
  }),
  statementMutant('every message is the first one', [0], {
    'insert messages': [
      [
        'message.role, message.content',
        '(SELECT min(r) FROM unnest($2::text[]) r)::{schema}.chat_message_role, message.content',
      ],
    ],
  }),
  statementMutant('a message has the time of its statement', [0], {
    'insert messages': [
      [
        'coalesce($4::pg_catalog.timestamptz, now())',
        "coalesce($4::pg_catalog.timestamptz, now()) + interval '1 ms'",
      ],
    ],
  }),
]

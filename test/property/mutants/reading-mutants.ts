import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

/** Answers that are wrong about rows that are right. */
export const readingMutants: readonly Mutant[] = [
  statementMutant('pins are listed in the order of a locale', [0], {
    'list pins': [['ORDER BY pin.source COLLATE "C"', 'ORDER BY pin.source COLLATE "unicode"']],
  }),
  statementMutant('a diff is in the order of a locale', [0, 10], {
    diff: [['COLLATE "C"', 'COLLATE "unicode"']],
  }),
  statementMutant('a diff does not see what is no longer live', [0, 10], {
    diff: [['FULL JOIN', 'RIGHT JOIN']],
  }),
  statementMutant('a diff shows the pinned size as the live one', [10], {
    diff: [
      ['live.size_bytes AS live_size', 'coalesce(pin.size_bytes, live.size_bytes) AS live_size'],
    ],
  }),
  statementMutant('pins are listed without the bodies that were asked for', [0], {
    'list pins': [['THEN pin.body END', "THEN '{}'::jsonb END"]],
  }),
  statementMutant('the time of a pin is that of its first pinning', [0], {
    'list pins': [['pin.updated_at AS "updatedAt"', 'pin.created_at AS "updatedAt"']],
  }),
  statementMutant('one pin is another one', [0], {
    'list pins': [['OR pin.source =', 'OR pin.source <=']],
  }),
  statementMutant('pins are counted that are not ok as if they were', [0], {
    'read chat contexts': [["'status', pins.status", "'status', 'ok'"]],
  }),
  statementMutant('the error of a context is not told', [0], {
    'read chat contexts': [['chat.context_error AS error', "''::text AS error"]],
  }),
  statementMutant('a diff shows the pinned text as the live one', [0, 10], {
    diff: [['live.body AS live_body', 'coalesce(pin.body, live.body) AS live_body']],
  }),
  statementMutant('a prompt is in the order of a locale', [0], {
    'read pins for prompt': [['pin.source COLLATE "C"', 'pin.source COLLATE "unicode"']],
  }),
  statementMutant('a prompt leaves out the skills', [0], {
    'read pins for prompt': [["IN ('instruction_file', 'skill')", "IN ('instruction_file')"]],
  }),
  statementMutant('a prompt has what is not ok as if it were', [0], {
    'read pins for prompt': [['pin.status,\n', "'ok' AS status,\n"]],
  }),
  statementMutant('archived chats read as dirty', [0, 8], {
    'read chat contexts': [['IS NOT NULL AND NOT chat.archived', 'IS NOT NULL']],
  }),
  statementMutant('chats without an agent read as dirty', [8], {
    'read chat contexts': [
      ['chat.agent_id), false)) AS dirty', 'chat.agent_id), chat.agent_id IS NULL)) AS dirty'],
    ],
  }),
  statementMutant('archived chats are dirty in a list', [0, 8], {
    'list chats': [['IS NOT NULL AND NOT chat.archived', 'IS NOT NULL']],
  }),
  statementMutant('a page of a list begins with the last chat of the page before', [0], {
    'list chats': [['OR chat.id > $4', 'OR chat.id >= $4']],
  }),
  statementMutant('a page of a list leaves out chats of the same time', [0], {
    'list chats': [['OR chat.id > $4::pg_catalog.uuid', 'OR $4::pg_catalog.uuid IS NULL']],
  }),
]

import { everyColumn } from './every-column.js'
import type { Mutant } from './mutant.js'
import { rewriteStatements } from './rewrite-statements.js'
import { statementMutant } from './statement-mutant.js'

const copy = 'copy live context to pins'
const stamp = 'stamp live context'

/** Something else in place of a column, as the copy reads it. */
const forgets = (column: string, from: string, to: string) =>
  statementMutant(`a copy forgets ${column}`, [2], { [copy]: [[from, to]] })

/** Pins: how they come from the live context, by hydrating and by refreshing. */
export const pinMutants: readonly Mutant[] = [
  forgets(
    'the body',
    'live.source, live.body_kind, live.body,',
    `live.source, live.body_kind, '{}'::jsonb AS body,`,
  ),
  forgets(
    'the error',
    'live.error, live.source_path, pin.source IS NULL',
    `'' AS error, live.source_path, pin.source IS NULL`,
  ),
  forgets(
    'the source path',
    'live.source_path, pin.source IS NULL',
    `'' AS source_path, pin.source IS NULL`,
  ),
  forgets(
    'the size',
    'live.size_bytes, live.status, live.error, live.source_path, pin.source IS NULL',
    `octet_length(live.body::text)::bigint AS size_bytes, live.status, live.error, live.source_path, pin.source IS NULL`,
  ),
  statementMutant('a refresh leaves pins that are no longer live', [2], {
    [copy]: [['NOT EXISTS (\n', 'NOT EXISTS (SELECT 1) AND NOT EXISTS (\n']],
  }),
  statementMutant('a refresh replaces pins that are equal', [2, 13], {
    [copy]: [['AND (pin.source IS NULL OR ROW(', 'AND (true OR ROW(']],
  }),
  statementMutant('a refresh locks pins that are equal', [13], {
    [copy]: [
      ['AND (pin.source IS NULL OR ROW(', 'AND (true OR ROW('],
      [
        'INTO {schema}.chat_context_resources\n',
        'INTO {schema}.chat_context_resources AS stored\n',
      ],
      [
        'updated_at = excluded.updated_at',
        `updated_at = excluded.updated_at
         WHERE (${everyColumn('stored')}) IS DISTINCT FROM (${everyColumn('excluded')})`,
      ],
    ],
  }),
  statementMutant('a refresh moves the time of the first appearance of a pin', [2], {
    [copy]: [['updated_at = excluded', 'created_at = excluded.created_at, updated_at = excluded']],
  }),
  {
    name: 'a refresh of one chat refreshes all chats of its agent',
    laws: [1, 5],
    plant: () =>
      rewriteStatements(
        {
          [copy]: [
            [
              'FROM pg_catalog.unnest($2::pg_catalog.uuid[]) AS chat (id)',
              'FROM (SELECT id FROM {schema}.chats WHERE agent_id = $1) AS chat (id)',
            ],
          ],
        },
        ['refresh'],
      ),
  },
  statementMutant('a refresh keeps the hash that the chat was pinned at', [2, 19], {
    [stamp]: [['context_hashes = before.kind_hashes, context_dirty_since', 'context_dirty_since']],
  }),
  statementMutant('a refresh keeps the mark', [0, 8], {
    [stamp]: [['kind_hashes, context_dirty_since = NULL,', 'kind_hashes,']],
  }),
  statementMutant('a refresh moves the time of its chat', [9], {
    [stamp]: [
      ['SET context_hashes', "SET updated_at = updated_at + interval '1 ms', context_hashes"],
    ],
  }),
  statementMutant('a refresh takes a snapshot that is not ready', [17], {
    [stamp]: [['live.snapshot_error, live.ready', 'live.snapshot_error, true AS ready']],
  }),
  statementMutant('unpinning keeps the hashes', [2, 8, 19], {
    'clear hydration': [['context_hashes = NULL, ', '']],
  }),
  statementMutant('unpinning keeps the pins', [0, 1], {
    'delete pins': [['WHERE chat_id', 'WHERE false AND chat_id']],
  }),
]

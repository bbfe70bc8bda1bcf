import { pinnedPart } from '../../../src/context/kind-hashes.js'
import { everyColumn } from './every-column.js'
import type { Mutant } from './mutant.js'
import { bothLocks } from './settling-mutants.js'
import { statementMutant } from './statement-mutant.js'

const follow = 'follow live context'
const mark = 'stamp and mark chats'
const isFollowed = 'ANY (chat.context_follows)'
const mayFollow = 'coalesce(live.ready AND live.kind_hashes <>'

/** Rows of followed kinds: whose, when, and which. */
export const followingMutants: readonly Mutant[] = [
  ...(['push', 'bind', 'rebindWorkspace', 'unarchive', 'setFollows'] as const).map((name) =>
    statementMutant(
      `${name} does not follow`,
      [16],
      bothLocks([mayFollow, 'coalesce(false AND live.kind_hashes <>']),
      [name],
    ),
  ),
  statementMutant('a snapshot that is not ready is followed', [17], {
    ...bothLocks([mayFollow, 'coalesce(live.kind_hashes <>']),
  }),
  statementMutant('following marks its chat', [8], {
    [mark]: [
      [
        `WHEN ${pinnedPart('live.kind_hashes', 'chat')}`,
        `WHEN $2 OR ${pinnedPart('live.kind_hashes', 'chat')}`,
      ],
    ],
  }),
  statementMutant('following keeps rows that are no longer live', [16], {
    [follow]: [['AND NOT EXISTS (', 'AND false AND NOT EXISTS (']],
  }),
  statementMutant('following removes pins of other kinds', [1], {
    [follow]: [[`AND pin.body_kind = ${isFollowed} AND NOT EXISTS`, 'AND NOT EXISTS']],
  }),
  statementMutant('following copies all kinds', [1, 16, 19], {
    [follow]: [
      [`$1::pg_catalog.uuid AND live.body_kind = ${isFollowed}\n      LEFT`, '$1\n      LEFT'],
    ],
  }),
  statementMutant('following takes the place of a pin of another kind', [1], {
    [follow]: [['pin.source IS NOT NULL AND pin.body_kind <> ALL (chat.context_follows)', 'false']],
  }),
  statementMutant('following replaces rows that are equal', [0, 13], {
    [follow]: [['WHERE pin.source IS NULL OR ROW(', 'WHERE true OR ROW(']],
  }),
  statementMutant('following locks rows that are equal', [13], {
    [follow]: [
      ['WHERE pin.source IS NULL OR ROW(', 'WHERE true OR ROW('],
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
  statementMutant('following moves the time of the first appearance of a row', [0], {
    [follow]: [
      ['updated_at = excluded', 'created_at = excluded.created_at, updated_at = excluded'],
    ],
  }),
  statementMutant('following keeps the hashes', [16, 19], {
    [mark]: [['WHEN $2::pg_catalog.bool AND live.ready', 'WHEN false AND $2 AND live.ready']],
  }),
  statementMutant('following takes all live hashes', [1, 19], {
    [mark]: [
      [
        'WHEN $2::pg_catalog.bool AND live.ready',
        'WHEN $2 AND live.ready THEN live.kind_hashes WHEN false',
      ],
    ],
  }),
  statementMutant('a row that cannot follow counts as if it did', [19], {
    [mark]: [['WHEN chat.id = ANY ($3', 'WHEN false AND chat.id = ANY ($3']],
  }),
  statementMutant('a chat that is created follows nothing', [0], {
    'insert chat': [["'{mcp_config,mcp_server}')", "'{}')"]],
  }),
]

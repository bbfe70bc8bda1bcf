import { pinnedPart } from '../../../src/context/kind-hashes.js'
import type { Mutant } from './mutant.js'
import type { Rewrites } from './rewrite-statements.js'
import { statementMutant } from './statement-mutant.js'

const mark = 'stamp and mark chats'

/** The same change in both statements that look for chats to hydrate, to follow or to settle. */
export const bothLocks = (
  ...parts: readonly (readonly [from: string, to: string])[]
): Rewrites => ({
  'lock unsettled chats of agent': parts,
  'lock unsettled chats by id': parts,
})

const guard = 'AND NOT chat.archived AND (todo."isHydrated" OR todo."follows" OR todo."marks")'
const hydrates = 'coalesce(live.ready, false) AS "isHydrated"'
const isMarked = '(chat.context_dirty_since IS NOT NULL)'
const [live, pinned] = ['live.kind_hashes', 'chat.context_hashes'].map((one) =>
  pinnedPart(one, 'chat'),
)
const differs = `(${live} <> ${pinned})`

/** What decides about a chat that has pins, where the snapshot is ready. */
const settles = `WHEN live.ready THEN ${isMarked}\n                 <> ${differs}`

/** What decides about it where there is no ready snapshot. */
const elsewhere = 'AND (live.ready IS NULL OR '

/** Hydrating and settling: which chats, when, and what mark they get. */
export const settlingMutants: readonly Mutant[] = [
  statementMutant(
    'archived chats are hydrated',
    [0, 1, 5],
    bothLocks([
      guard,
      'AND (todo."isHydrated" OR NOT chat.archived AND (todo."follows" OR todo."marks"))',
    ]),
  ),
  statementMutant(
    'archived chats are marked',
    [5, 8],
    bothLocks([
      guard,
      'AND (todo."marks" OR NOT chat.archived AND (todo."isHydrated" OR todo."follows"))',
    ]),
  ),
  statementMutant(
    'the mark is left when the live context is back',
    [0, 8],
    bothLocks([settles, `WHEN live.ready THEN NOT ${isMarked} AND ${differs}`]),
  ),
  statementMutant(
    'the mark is never set',
    [0, 8],
    bothLocks([settles, `WHEN live.ready THEN ${isMarked} AND NOT ${differs}`]),
  ),
  statementMutant('settling compares the kinds that a chat follows', [8], {
    ...bothLocks([differs, '(live.kind_hashes <> chat.context_hashes)']),
    [mark]: [[differs.slice(1, -1), 'live.kind_hashes <> chat.context_hashes']],
  }),
  statementMutant(
    'settling moves the time of its chat',
    [9],
    {
      [mark]: [
        [
          'SET context_hashes',
          "SET updated_at = chat.updated_at + interval '1 ms', context_hashes",
        ],
      ],
    },
    ['push', 'hydrate', 'bind', 'rebindWorkspace'],
  ),
  statementMutant('settling takes the live hashes as the pinned ones', [1, 19], {
    [mark]: [
      ['WHEN chat.context_hashes IS NULL THEN live.kind_hashes', 'WHEN true THEN live.kind_hashes'],
    ],
  }),
  statementMutant('settling takes the error of the live context', [0, 1], {
    [mark]: [
      ['ELSE chat.context_error END', 'ELSE coalesce(live.snapshot_error, chat.context_error) END'],
    ],
  }),
  statementMutant('a push does not hydrate', [0], bothLocks([hydrates, 'false AS "isHydrated"']), [
    'push',
  ]),
  statementMutant(
    'a chat that is created waits for the next push',
    [0],
    bothLocks([hydrates, 'false AS "isHydrated"']),
    ['createChat'],
  ),
  ...(['unarchive', 'bind', 'rebindWorkspace', 'setFollows'] as const).map((name) =>
    statementMutant(
      `${name} does not settle`,
      [0, 8],
      bothLocks([settles, 'WHEN live.ready THEN false']),
      [name],
    ),
  ),
  ...(
    ['push', 'createChat', 'bind', 'rebindWorkspace', 'unarchive', 'hydrate', 'setFollows'] as const
  ).map((name) =>
    statementMutant(
      `${name} hydrates from a snapshot that is not ready`,
      [0, 17],
      {
        ...bothLocks([hydrates, 'live.ready IS NOT NULL AS "isHydrated"']),
        [mark]: [['= same.agent_id AND live.ready', '= same.agent_id']],
      },
      [name],
    ),
  ),
  statementMutant('a snapshot that is not ready marks chats', [0, 17], {
    ...bothLocks([settles, `WHEN live.ready IS NOT NULL THEN ${isMarked} <> ${differs}`]),
    [mark]: [['= same.agent_id AND live.ready', '= same.agent_id']],
  }),
  statementMutant(
    'a mark is cleared while the agent is not ready',
    [0, 5],
    bothLocks([elsewhere, 'AND (true OR ']),
  ),
  statementMutant(
    'binding to an agent that is not ready keeps the mark',
    [0],
    { 'lock unsettled chats by id': [[elsewhere, 'AND (live.ready IS NULL OR false AND ']] },
    ['bind', 'rebindWorkspace'],
  ),
]

import type { Mutant } from './mutant.js'
import type { Rewrites } from './rewrite-statements.js'
import { statementMutant } from './statement-mutant.js'

const mark = 'stamp and mark chats'

/** The same change in both statements that look for chats to hydrate or to settle. */
const bothLocks = (...parts: readonly (readonly [from: string, to: string])[]): Rewrites => ({
  'lock unsettled chats of agent': parts,
  'lock unsettled chats by id': parts,
})

const guard: readonly [string, string] = ['AND NOT chat.archived', '']
const pinned = 'THEN live.ready\n'
const isMarked = '(chat.context_dirty_since IS NOT NULL)'
const differs = '(live.aggregate_hash <> chat.context_aggregate_hash)'

/** What decides about a chat that has pins, where the snapshot is ready. */
const settles = `WHEN live.ready THEN ${isMarked}\n        <> ${differs}`

/** What decides about it where there is no ready snapshot. */
const elsewhere = 'AND (live.ready IS NULL OR '

/** Hydrating and settling: which chats, when, and what mark they get. */
export const settlingMutants: readonly Mutant[] = [
  statementMutant(
    'archived chats are hydrated',
    [0, 1, 5],
    bothLocks(guard, [
      settles,
      `WHEN live.ready THEN NOT chat.archived AND ${isMarked} <> ${differs}`,
    ]),
  ),
  statementMutant(
    'archived chats are marked',
    [5, 8],
    bothLocks(guard, [pinned, 'THEN live.ready AND NOT chat.archived\n']),
  ),
  statementMutant(
    'the mark is left when the live context is back',
    [8],
    bothLocks([settles, `WHEN live.ready THEN NOT ${isMarked} AND ${differs}`]),
  ),
  statementMutant(
    'the mark is never set',
    [0, 8],
    bothLocks([settles, `WHEN live.ready THEN ${isMarked} AND NOT ${differs}`]),
  ),
  statementMutant(
    'settling moves the time of its chat',
    [9],
    {
      [mark]: [
        [
          'SET context_aggregate_hash',
          "SET updated_at = chat.updated_at + interval '1 ms', context_aggregate_hash",
        ],
      ],
    },
    ['push', 'hydrate', 'bind', 'rebindWorkspace'],
  ),
  statementMutant('settling takes the live hash as the pinned one', [1], {
    [mark]: [['coalesce(chat.context_aggregate_hash, live.aggregate_hash)', 'live.aggregate_hash']],
  }),
  statementMutant('settling takes the error of the live context', [0, 1], {
    [mark]: [
      ['ELSE chat.context_error END', 'ELSE coalesce(live.snapshot_error, chat.context_error) END'],
    ],
  }),
  statementMutant('a push does not hydrate', [0], bothLocks([pinned, 'THEN false\n']), ['push']),
  statementMutant(
    'a chat that is created waits for the next push',
    [0],
    bothLocks([pinned, 'THEN false\n']),
    ['createChat'],
  ),
  statementMutant(
    'unarchiving does not settle',
    [0, 8],
    bothLocks([settles, 'WHEN live.ready THEN false']),
    ['unarchive'],
  ),
  statementMutant(
    'binding does not settle',
    [0, 8],
    bothLocks([settles, 'WHEN live.ready THEN false']),
    ['bind', 'rebindWorkspace'],
  ),
  statementMutant('a chat is hydrated from a snapshot that is not ready', [17], {
    ...bothLocks([pinned, 'THEN live.ready IS NOT NULL\n']),
    [mark]: [['AND live.ready', '']],
  }),
  statementMutant(
    'a chat that is created is hydrated from a snapshot that is not ready',
    [17],
    {
      ...bothLocks([pinned, 'THEN live.ready IS NOT NULL\n']),
      [mark]: [['AND live.ready', '']],
    },
    ['createChat'],
  ),
  statementMutant('a snapshot that is not ready marks chats', [17], {
    ...bothLocks([settles, `WHEN live.ready IS NOT NULL THEN ${isMarked} <> ${differs}`]),
    [mark]: [['AND live.ready', '']],
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

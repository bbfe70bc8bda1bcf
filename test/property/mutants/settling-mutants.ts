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
const pinned = 'THEN live.aggregate_hash IS NOT NULL'
const isMarked = 'chat.context_dirty_since IS NOT NULL'

const differs = 'ELSE (chat.context_dirty_since IS NOT NULL)\n        <> coalesce('

/** Hydrating and settling: which chats, when, and what mark they get. */
export const settlingMutants: readonly Mutant[] = [
  statementMutant(
    'archived chats are hydrated',
    [0, 1, 5],
    bothLocks(guard, [differs, `ELSE NOT chat.archived AND (${isMarked})\n        <> coalesce(`]),
  ),
  statementMutant(
    'archived chats are marked',
    [5, 8],
    bothLocks(guard, [pinned, `${pinned} AND NOT chat.archived`]),
  ),
  statementMutant(
    'the mark is left when the live context is back',
    [8],
    bothLocks([
      differs,
      `ELSE ${isMarked} AND live.aggregate_hash IS NULL OR NOT ${isMarked} AND coalesce(`,
    ]),
  ),
  statementMutant(
    'the mark is never set',
    [0, 8],
    bothLocks([differs, `ELSE ${isMarked} AND NOT coalesce(`]),
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
  statementMutant('a push does not hydrate', [0], bothLocks([pinned, 'THEN false']), ['push']),
  statementMutant(
    'a chat that is created waits for the next push',
    [0],
    bothLocks([pinned, 'THEN false']),
    ['createChat'],
  ),
  statementMutant(
    'unarchiving does not settle',
    [0, 8],
    bothLocks([differs, `ELSE false AND (${isMarked}) <> coalesce(`]),
    ['unarchive'],
  ),
  statementMutant(
    'binding does not settle',
    [0, 8],
    bothLocks([differs, `ELSE false AND (${isMarked}) <> coalesce(`]),
    ['bind', 'rebindWorkspace'],
  ),
]

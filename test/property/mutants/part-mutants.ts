import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

const copy = 'copy live context to pins'
const stamp = 'stamp pins'
const live = `(SELECT live.kind_hashes FROM {schema}.workspace_agent_context_snapshots live
               WHERE live.workspace_agent_id = chat.agent_id)`

/** Refreshes of a part of a chat, and of all chats of an agent. */
export const partMutants: readonly Mutant[] = [
  statementMutant('a partial refresh stamps all hashes', [19], {
    [stamp]: [
      ['SET context_hashes = (', `SET context_hashes = coalesce(${live}, (`],
      [') kinds)', ') kinds))'],
    ],
  }),
  statementMutant('a partial refresh keeps the hashes', [19], {
    [stamp]: [['WHERE chat.id = $1', 'WHERE false AND chat.id = $1']],
  }),
  statementMutant('a partial refresh takes the mark off its chat', [0, 8], {
    [stamp]: [['SET context_hashes', 'SET context_dirty_since = NULL, context_hashes']],
  }),
  statementMutant('a partial refresh moves the time of its chat', [9], {
    [stamp]: [
      ['SET context_hashes', "SET updated_at = chat.updated_at + interval '1 ms', context_hashes"],
    ],
  }),
  statementMutant('a partial refresh replaces all pins', [0, 1], {
    [copy]: [['($3::pg_catalog.text[] IS NULL OR live.source', '(true OR live.source']],
  }),
  statementMutant('a partial refresh removes all pins that are no longer live', [1], {
    [copy]: [['($3::pg_catalog.text[] IS NULL OR pin.source', '(true OR pin.source']],
  }),
  statementMutant('a partial refresh passes over the sources that it was given', [2], {
    [copy]: [['OR live.source = ANY', 'OR false AND live.source = ANY']],
  }),
  statementMutant('a partial refresh passes over the kinds that it was given', [2], {
    [copy]: [['OR live.body_kind = ANY', 'OR false AND live.body_kind = ANY']],
  }),
  statementMutant('a partial refresh takes a snapshot that is not ready', [17], {
    'read readiness': [['SELECT ready', 'SELECT true AS ready']],
  }),
  statementMutant('a partial refresh passes over sources that nobody has', [0], {
    'find unknown source': [['WHERE NOT EXISTS', 'WHERE false AND NOT EXISTS']],
  }),
  statementMutant('a partial refresh knows live sources only', [0], {
    'find unknown source': [['pin.source = asked.source', 'false']],
  }),
  statementMutant('a refresh of an agent takes archived chats along', [1, 5], {
    'lock chats of agent': [['AND NOT archived', '']],
  }),
  statementMutant(
    'a refresh of an agent takes a snapshot that is not ready',
    [17],
    {
      'stamp live context': [
        ['live.snapshot_error, live.ready', 'live.snapshot_error, true AS ready'],
      ],
    },
    ['refreshAgent'],
  ),
]

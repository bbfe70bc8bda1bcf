import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

/** A comparison with the parameter that is always true. */
const always = 'now() IS DISTINCT FROM '
const unlinked = 'NOT EXISTS (SELECT FROM'
const any = 'EXISTS (SELECT 1 UNION ALL SELECT 1 FROM'

/** Workspaces, builds and agents, and what is left over: files, debug runs and idle chats. */
export const hostMutants: readonly Mutant[] = [
  statementMutant('a purge deletes files that a chat links to', [0, 5, 14], {
    'lock unused files': [[unlinked, any]],
    'delete unused files': [[unlinked, any]],
  }),
  statementMutant('a purge of files ignores their age', [14], {
    'lock unused files': [['f.created_at < ', always]],
  }),
  statementMutant('a purge of debug runs ignores their age', [14], {
    'delete debug runs': [['r.updated_at < ', always]],
  }),
  statementMutant('chats in use are archived as idle', [0, 5, 9], {
    'archive idle chats': [["AND status IN ('waiting', 'error')", '']],
  }),
  statementMutant('idle chats with an error are left', [0, 9], {
    'archive idle chats': [["status IN ('waiting', 'error')", "status = 'waiting'"]],
  }),
  statementMutant('archiving idle chats ignores the limit', [0, 5, 9], {
    'archive idle chats': [['LIMIT ', 'LIMIT 1000 + ']],
  }),
  statementMutant('archiving idle chats takes the newest first', [0, 5, 9], {
    'archive idle chats': [
      ['ORDER BY updated_at, id\n      LIMIT', 'ORDER BY updated_at DESC, id\n      LIMIT'],
    ],
  }),
  statementMutant('archiving idle chats does not move their time', [0, 9], {
    'archive idle chats': [
      [
        'updated_at = coalesce($3::pg_catalog.timestamptz, now())',
        'title = CASE WHEN $3::pg_catalog.timestamptz IS NULL THEN title ELSE title END',
      ],
    ],
  }),
  statementMutant('a soft deletion of a build leaves its agents', [0], {
    'mark deleted': [['OR build_id = ', 'OR id <> id AND build_id = ']],
  }),
  statementMutant('a deletion does not say which chats of an agent it unbinds', [0], {
    'lock chats of deletion': [['WHERE a.id = ', 'WHERE a.id <> a.id AND a.id = ']],
  }),
  statementMutant('a build takes the highest number of its workspace again', [0], {
    'insert build': [['max(build_number) + 1', 'max(build_number)']],
  }),
]

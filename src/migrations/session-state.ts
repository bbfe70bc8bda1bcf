import { quoteIdentifier, type Session } from '../database/index.js'
import type { MigrationScript } from './migration.js'

/**
 * What may change the state of a session: SET and similar commands at the start of a statement, in
 * the body of a function or in a quoted command, and some words anywhere.
 */
const changesState = [
  "(^|;|\\*/|--[^\\n]*\\n|\\mbegin|\\mthen|\\melse|\\mloop|')\\s*(reset|discard|prepare|set)\\M",
  'set_config|\\mtemp(orary)?\\M|pg_temp|with\\s+hold|\\m(curr|last)val\\M',
].join('|')

/** The same for JavaScript. */
const changesStatePattern = new RegExp(changesState.replaceAll(/\\[mM]/g, '\\b'), 'i')

/** Custom settings, such as `app.tenant`, which no view of PostgreSQL lists. */
const customSettings = [
  /\bset\s+(?:session\s+)?("?[a-z_][\w$]*"?(?:\."?[a-z_][\w$]*"?)+)\s*(?:=|to\b)/gi,
  /\bset_config\s*\(\s*'([a-z_][\w$]*(?:\.[a-z_][\w$]*)+)'/gi,
]

/** Whether a file may change the session state; without a transaction, its runner does. */
function mayChange({ text, transaction }: MigrationScript): boolean {
  return !transaction || changesStatePattern.test(text)
}

/**
 * Records the state of a session and returns a function that restores it. Every migration begins
 * with the same session state, so that it does the same whether it runs alone or after others.
 *
 * Restored are all settings, the role and the session user. Prepared statements and cursors made
 * since are removed, and so are temporary objects, unless the session had temporary objects of its
 * own. The values that `currval` and `lastval` return are forgotten.
 *
 * RESET ALL cannot be used: the connection may belong to the application, and PGlite, like many
 * applications, has changed settings itself.
 *
 * @param scripts The files that will run. If neither they nor a function of the database can change
 * the state, nothing is restored. Custom settings, such as `app.tenant`, are restored only if one
 * of the files sets them by name, because PostgreSQL does not list them.
 */
export async function recordSession(
  recorded: Session,
  scripts: readonly MigrationScript[],
): Promise<(session: Session) => Promise<void>> {
  const custom = customSettingsIn(scripts)
  const { rows } = await recorded.query<SessionState>(stateSql, [custom, changesState])
  const state = rows[0]!
  if (!state.hasSetters && !scripts.some(mayChange)) return async () => {}
  const { rows: settings } = await recorded.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'",
  )
  return async (session) => {
    // The session user that a file has set may have no right to run the statements below. In
    // PGlite this has no effect, because nobody has logged in: the next statement sets the user.
    await session.script('RESET SESSION AUTHORIZATION; DISCARD SEQUENCES')
    await session.query(restoreSettingsSql, [
      settings.map(({ name }) => name),
      settings.map(({ setting }) => setting),
      state.role,
      state.user,
    ])
    const { rows: commands } = await session.query<{ command: string }>(leftoversSql, [
      custom,
      custom.map((name) => name.split('.').map(quoteIdentifier).join('.')),
      state.values,
      state.prepared,
      state.cursors,
      state.hasTemporary,
    ])
    for (const { command } of commands) await session.script(command)
  }
}

function customSettingsIn(scripts: readonly MigrationScript[]): string[] {
  const names = scripts.flatMap(({ text }) =>
    customSettings.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name!)),
  )
  return [...new Set(names.map((name) => name.replaceAll('"', '').toLowerCase()))]
}

interface SessionState {
  readonly role: string
  readonly user: string
  /** The values of the custom settings, in the order of their names; null for one without. */
  readonly values: readonly (string | null)[]
  readonly prepared: readonly string[]
  readonly cursors: readonly string[]
  readonly hasTemporary: boolean
  /** Whether a function of the database may change the state of a session. */
  readonly hasSetters: boolean
}

const hasTemporarySql = `(EXISTS (SELECT FROM pg_catalog.pg_class
          WHERE relnamespace = pg_catalog.pg_my_temp_schema())
  OR EXISTS (SELECT FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema())
  OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema()))`

const stateSql = `SELECT pg_catalog.current_setting('role') AS role, session_user::text AS user,
  ARRAY(SELECT pg_catalog.current_setting(name, true)
        FROM unnest($1::text[]) WITH ORDINALITY AS custom (name, place)
        ORDER BY place) AS values,
  ARRAY(SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql) AS prepared,
  ARRAY(SELECT name FROM pg_catalog.pg_cursors WHERE is_holdable) AS cursors,
  ${hasTemporarySql} AS "hasTemporary",
  EXISTS (SELECT FROM pg_catalog.pg_proc p
          JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
          WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) ~* $2
         ) AS "hasSetters"`

// The unnest of two arrays is syntax, and has no schema.
const restoreSettingsSql = `SELECT pg_catalog.set_config('session_authorization', $4, false)
WHERE session_user <> $4::text
UNION ALL
SELECT pg_catalog.set_config('role', $3, false)
UNION ALL
SELECT pg_catalog.set_config(name, coalesce(kept.setting, s.reset_val), false)
FROM pg_catalog.pg_settings s
LEFT JOIN unnest($1::text[], $2::text[]) AS kept (name, setting) USING (name)
WHERE s.setting IS DISTINCT FROM coalesce(kept.setting, s.reset_val)
  AND (s.source = 'session' OR kept.name IS NOT NULL)`

/** Commands for what is left. A custom setting cannot be removed again, and is then empty. */
const leftoversSql = `SELECT CASE WHEN value IS NULL THEN pg_catalog.format('RESET %s', quoted)
            ELSE pg_catalog.format('SET %s = %L', quoted, value) END AS command
FROM unnest($1::text[], $2::text[], $3::text[]) AS custom (name, quoted, value)
WHERE coalesce(pg_catalog.current_setting(name, true), '') <> coalesce(value, '')
UNION ALL
SELECT pg_catalog.format('DEALLOCATE %I', name) FROM pg_catalog.pg_prepared_statements
WHERE from_sql AND name <> ALL ($4::text[])
UNION ALL
SELECT pg_catalog.format('CLOSE %I', name) FROM pg_catalog.pg_cursors
WHERE is_holdable AND name <> ALL ($5::text[])
UNION ALL
SELECT 'DISCARD TEMP' WHERE NOT $6::boolean AND ${hasTemporarySql}`

import { quoteIdentifier, quoteLiteral } from './names.js'
import { factsOf } from './statement-facts.js'

/** What a session has changed for itself, which is restored when another one has used it. */
export interface SessionState {
  /** The value of every setting that differs, `role` and `session_authorization` included. */
  readonly settings: ReadonlyMap<string, string>
  /** The command of every statement that SQL's PREPARE made. */
  readonly prepared: ReadonlyMap<string, string>
}

/** The state that was read from a session. */
export interface FoundState extends SessionState {
  /** The settings that a server reports to its clients, with their values. */
  readonly reported: ReadonlyMap<string, string>
  readonly channels: readonly string[]
  /** The number of advisory locks that it holds. */
  readonly advisoryLocks: number
  /** SQL that removes temporary tables, views and sequences, and cursors WITH HOLD. */
  readonly removals: readonly string[]
}

export const emptyState: SessionState = { settings: new Map(), prepared: new Map() }

/** A server reports these whenever they change (protocol, asynchronous operations). */
const reportedNames = [
  'application_name',
  'client_encoding',
  'DateStyle',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'IntervalStyle',
  'is_superuser',
  'scram_iterations',
  'search_path',
  'server_encoding',
  'server_version',
  'session_authorization',
  'standard_conforming_strings',
  'TimeZone',
]

const arrayOf = (values: readonly string[]) =>
  `ARRAY[${values.map(quoteLiteral).join(',')}]::text[]`

/** The role of initdb (BOOTSTRAP_SUPERUSERID), as which a PGlite runs. */
const owner = '(SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 10)'

/**
 * The query whose only value {@link sessionStateOf} reads. No transaction may be open.
 *
 * @param customNames Settings with a dot in their name, which PostgreSQL does not list.
 * @param condition Which of the settings of the session count, in terms of `pg_settings`.
 */
export const sessionStateSql = (
  customNames: readonly string[],
  condition = 'true',
): string => `SELECT pg_catalog.json_build_object(
  'settings', (SELECT coalesce(pg_catalog.json_object_agg(name, value), '{}') FROM (
    SELECT name, setting AS value FROM pg_catalog.pg_settings
    WHERE source = 'session' AND ${condition} AND name NOT IN
      ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
    UNION ALL
    SELECT name, pg_catalog.current_setting(name, true)
    FROM pg_catalog.unnest(${arrayOf(customNames)}) AS name
    WHERE pg_catalog.current_setting(name, true) <> ''
    UNION ALL
    SELECT 'role', pg_catalog.current_setting('role')
    WHERE pg_catalog.current_setting('role') <> 'none'
    UNION ALL
    SELECT 'session_authorization', session_user::text WHERE session_user <> ${owner}
  ) AS found),
  'prepared', (SELECT coalesce(pg_catalog.json_object_agg(name, statement), '{}')
    FROM pg_catalog.pg_prepared_statements WHERE from_sql),
  'reported', (SELECT pg_catalog.json_object_agg(name, CASE name
      WHEN 'session_authorization' THEN session_user
      ELSE pg_catalog.current_setting(name, true) END)
    FROM pg_catalog.unnest(${arrayOf(reportedNames)}) AS name),
  'channels', ARRAY(SELECT pg_catalog.pg_listening_channels() ORDER BY 1),
  'advisoryLocks', (SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory'),
  'removals', ARRAY(
    SELECT 'DROP ' || CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END
      || ' IF EXISTS pg_temp.' || pg_catalog.quote_ident(relname) || ' CASCADE'
    FROM pg_catalog.pg_class
    WHERE relpersistence = 't' AND relkind IN ('r', 'p', 'S', 'v')
      AND relnamespace = pg_catalog.pg_my_temp_schema()
    UNION ALL
    SELECT 'CLOSE ' || pg_catalog.quote_ident(name) FROM pg_catalog.pg_cursors WHERE is_holdable
  )
)::text AS state`

/** The state in the answer to {@link sessionStateSql}. */
export function sessionStateOf(json: string): FoundState {
  const { settings, prepared, reported, ...found } = JSON.parse(json)
  const mapOf = (object: Record<string, string>) => new Map(Object.entries(object))
  return {
    ...found,
    settings: mapOf(settings),
    prepared: commandsOf(mapOf(prepared)),
    reported: mapOf(reported),
  }
}

/** PostgreSQL keeps the whole text that a client sent, of which only the PREPARE runs again. */
function commandsOf(prepared: ReadonlyMap<string, string>): Map<string, string> {
  const commands = new Map<string, string>()
  for (const [name, sent] of prepared) {
    const command = factsOf(sent).statements.find(
      ({ words }) => words[0] === 'prepare' && words[1] === name,
    )
    if (command) commands.set(name, command.text)
  }
  return commands
}

/** Whether a setting differs from that of the engine. A client may write its name in any case. */
export const hasSetting = ({ settings }: SessionState, name: string): boolean =>
  [...settings.keys()].some((known) => known.toLowerCase() === name.toLowerCase())

/** Makes the owner of a PGlite the user. RESET has no effect, because no user has logged in. */
export const resetOwner = `SELECT pg_catalog.set_config('session_authorization', ${owner}, false)`

/** Set last, because they remove the right to change the others, and reset first. */
const identity = ['session_authorization', 'role']

/** Options of {@link changeState}. */
interface ChangeOptions {
  /** Whether the first state may have settings whose names are unknown. */
  readonly hasHidden?: boolean
  /** SQL that restores a user with the right to change the settings. */
  readonly resetUser?: string
}

/** SQL that changes one state to another; empty if they are equal. */
export function changeState(
  from: SessionState,
  to: SessionState,
  { hasHidden = false, resetUser = resetOwner }: ChangeOptions = {},
): string {
  const commands: string[] = []
  for (const [name] of from.prepared) {
    if (to.prepared.get(name) !== from.prepared.get(name)) {
      commands.push(`DEALLOCATE ${quoteIdentifier(name)}`)
    }
  }
  const names = new Set([...from.settings.keys(), ...to.settings.keys()])
  const changed = hasHidden
    ? [...to.settings.keys()]
    : [...names].filter((name) => from.settings.get(name) !== to.settings.get(name))
  // With the rights of another, nothing else could be changed.
  const isAnother = identity.some((name) => from.settings.has(name))
  const isReset = hasHidden || (isAnother && changed.length > 0)
  if (isReset) commands.push('RESET ROLE', resetUser)
  if (hasHidden) commands.push('RESET ALL')
  for (const name of changed.filter((one) => !identity.includes(one))) {
    const value = to.settings.get(name)
    commands.push(value === undefined ? `RESET ${quoteSetting(name)}` : setCommand(name, value))
  }
  for (const name of identity) {
    const value = to.settings.get(name)
    if (value !== undefined && (isReset || changed.includes(name)))
      commands.push(setCommand(name, value))
  }
  for (const [name, statement] of to.prepared) {
    if (from.prepared.get(name) !== statement) commands.push(statement)
  }
  return commands.join(';\n')
}

const setCommand = (name: string, value: string) =>
  `SELECT pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`

const quoteSetting = (name: string) => name.split('.').map(quoteIdentifier).join('.')

/**
 * Lists the functions of a database that may change the state of a session, which no statement that
 * calls them shows. Their bodies are in any language, so that their words do not tell.
 *
 * @param others More regular expressions for what a body contains.
 */
export const setterFunctionsSql = (...others: readonly string[]): string => {
  const patterns = [
    "(^|;|\\*/|--[^\\n]*\\n|\\mbegin|\\mthen|\\melse|\\mloop|')\\s*(reset|discard|prepare|set)\\M",
    'set_config|advisory|\\mlisten\\M|\\mtemp(orary)?\\M|pg_temp|with\\s+hold',
    ...others,
  ]
  // Only functions that were created after initdb: reading all takes 4 ms.
  return `SELECT p.proname AS name, body FROM pg_catalog.pg_proc AS p
CROSS JOIN LATERAL coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) AS body
WHERE p.oid >= 16384
  AND body ~* ${quoteLiteral(patterns.join('|'))}`
}

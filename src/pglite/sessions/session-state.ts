import type { PGlite } from '@electric-sql/pglite'
import { factsOf, quoteIdentifier } from '../../database/index.js'
import type { EngineCalls } from './engine-calls.js'
import { errorResponse, parameterStatus } from './protocol-messages.js'

/** What a session has changed for itself, and what is put back when the engine changes hands. */
export interface SessionState {
  /** The value of every setting that differs, `role` and `session_authorization` included. */
  readonly settings: ReadonlyMap<string, string>
  /** The command of every statement that SQL's PREPARE made. */
  readonly prepared: ReadonlyMap<string, string>
}

/** The settings that a server reports to its clients, with their values. */
export type Reported = ReadonlyMap<string, string>

/** The state that was read from a session. */
export interface FoundState extends SessionState {
  /** The settings that a server reports to its clients. */
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

/** A literal that means the same whatever `standard_conforming_strings` says. */
export const literal = (value: string): string =>
  `${value.includes('\\') ? ' E' : ''}'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

const arrayOf = (values: Iterable<string>) => `ARRAY[${[...values].map(literal).join(',')}]::text[]`

// The settings of a project (app.tenant) are in no list of settings, nor are the role and the user.
// The owner is the role of initdb (BOOTSTRAP_SUPERUSERID), as which a PGlite runs.
const stateSql = (
  customNames: Iterable<string>,
  condition = 'true',
) => `SELECT pg_catalog.json_build_object(
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
    SELECT 'session_authorization', session_user::text
    WHERE session_user <> (SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 10)
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

/** What the query answers, with objects in place of maps. */
interface WrittenState extends Omit<FoundState, 'settings' | 'prepared' | 'reported'> {
  readonly settings: Record<string, string>
  readonly prepared: Record<string, string>
  readonly reported: Record<string, string>
}

const mapOf = (object: Record<string, string>) => new Map(Object.entries(object))

/**
 * Reads the session as it is. No transaction may be open in it.
 *
 * @param customNames Settings with a dot in their name that may have been made up.
 */
export async function readState(
  engine: EngineCalls,
  customNames: Iterable<string>,
): Promise<FoundState> {
  // In another encoding nothing that follows could be relied on.
  const own = "SELECT pg_catalog.set_config('client_encoding', 'UTF8', false)"
  const [, row] = await engine.query(`${own}; ${stateSql(customNames)}`)
  return stateOf(row![0]!)
}

/** Reads the session of code that calls PGlite itself. */
export async function readOwnState(
  pglite: PGlite,
  customNames: Iterable<string>,
): Promise<FoundState> {
  // A setting with its own value is no change. A client may set it over a default of its own.
  const sql = stateSql(customNames, 'setting IS DISTINCT FROM reset_val')
  const { rows } = await pglite.query<{ state: string }>(sql)
  return stateOf(rows[0]!.state)
}

function stateOf(json: string): FoundState {
  const found: WrittenState = JSON.parse(json)
  return {
    ...found,
    settings: mapOf(found.settings),
    prepared: commandsOf(mapOf(found.prepared)),
    reported: mapOf(found.reported),
  }
}

/**
 * The engine keeps the whole text that a client sent, of which only the PREPARE is to run again.
 */
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
  settings.has(name) ||
  [...settings.keys()].some((known) => known.toLowerCase() === name.toLowerCase())

/** RESET SESSION AUTHORIZATION has no effect in PGlite, because no user has logged in. */
export const resetUser = `SELECT pg_catalog.set_config('session_authorization', rolname, false)
  FROM pg_catalog.pg_roles WHERE oid = 10`

/** Set last, because they remove the right to change the others, and reset first. */
const identity = ['session_authorization', 'role']

/**
 * SQL that changes one state to another; empty if they are equal.
 *
 * @param hasHidden Whether `from` may have settings whose names are unknown.
 */
export function changeState(from: SessionState, to: SessionState, hasHidden = false): string {
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
  const isAnother = [...from.settings.keys()].some((name) => identity.includes(name))
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
  `SELECT pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`

const quoteSetting = (name: string) => name.split('.').map(quoteIdentifier).join('.')

/**
 * The reports of changed settings, as from a server, and the notices that only this server sends.
 */
export function changesToTell(before: Reported, now: Reported, hasMoreToRemove: boolean): Buffer[] {
  const told = [...now]
    .filter(([name, value]) => before.get(name) !== value)
    .map(([name, value]) => parameterStatus(name, value))
  if (hasMoreToRemove) {
    const message = 'temporary tables and cursors WITH HOLD are seen by all sessions of a PGlite'
    told.push(errorResponse('WARNING', { code: '01000', message }))
  }
  return told
}

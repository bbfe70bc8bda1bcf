import { callSite, queueOf } from '../database/index.js'
import { type Begun, customNamesIn, type TestInstance } from '../pglite/index.js'

/** The state of a session that a test could leave changed. */
interface SessionState {
  readonly channels: readonly string[]
  readonly advisoryLocks: number
  readonly settings: Readonly<Record<string, string>>
}

/** The state of a session before its first test. */
export interface SessionStart extends SessionState {
  /** Functions that change a session: the text of a statement that calls one does not show it. */
  readonly functions: readonly { readonly name: string; readonly body: string }[]
}

// pg_settings lists neither the role nor a project's own settings (app.tenant). A client of the
// pool sets some settings to the value that they have already: the encoding, and the session user,
// whose oid is 10.
const sessionSql = `SELECT
  ARRAY(SELECT pg_listening_channels() ORDER BY 1) AS channels,
  (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS "advisoryLocks",
  (SELECT coalesce(json_object_agg(name, value), '{}') FROM (
    SELECT name, setting AS value FROM pg_settings
    WHERE source = 'session' AND setting IS DISTINCT FROM reset_val AND name NOT IN
      ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
    UNION ALL
    SELECT name, current_setting(name, true) FROM unnest($1::text[]) AS name
    WHERE current_setting(name, true) <> '' AND (name, current_setting(name, true)) NOT IN
      (SELECT 'session_authorization', rolname::text FROM pg_roles WHERE oid = 10)
  ) AS found) AS settings`

const functionsSql = `SELECT p.proname AS name, p.prosrc AS body
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND p.prosrc ~* 'set_config|advisory|\\mlisten\\M|(^|;|begin|then|loop)\\s+set\\M'`

/** Reads the state from an instance in which no transaction is open. */
export async function readSessionStart(instance: TestInstance): Promise<SessionStart> {
  const { rows: functions } =
    await instance.pglite.query<SessionStart['functions'][number]>(functionsSql)
  const texts = functions.map(({ body }) => body)
  return { ...(await readSession(instance, texts)), functions }
}

/** @param texts SQL that may set settings of the project. */
async function readSession(
  { pglite }: TestInstance,
  texts: readonly string[],
): Promise<SessionState> {
  const names = new Set(['role', 'session_authorization', ...texts.flatMap(customNamesIn)])
  const { rows } = await pglite.query<SessionState>(sessionSql, [[...names]])
  return rows[0]!
}

/**
 * Finds what a test left open or changed: an open transaction, a query in flight, a LISTEN, an
 * advisory lock, a setting or a role. Each is reported with the line of code, if a statement shows
 * it.
 *
 * @param before The state of the session when the test began.
 */
export async function findLeaks(instance: TestInstance, before: SessionStart): Promise<string[]> {
  const { inFlight } = instance.watch
  // Copied, because the statements below are watched as well.
  const openers = [...instance.watch.openers]
  // A transaction of PGlite is in flight for as long as its callback runs.
  const running = [...inFlight].map((begun) =>
    leak(
      begun.text === 'BEGIN' ? 'an open transaction' : `a query in flight: ${begun.text}`,
      begun,
    ),
  )
  if (running.length > 0) return running
  if (queueOf(instance.pglite).isHeld) return ['a session of withSession() that did not end']
  if (instance.pglite.isInTransaction()) {
    return [leak('an open transaction', last(openers, /\b(begin|start)\b/i))]
  }
  const { functions } = before
  // Reading the session takes longer than a rewind, and most tests do not need it.
  if (openers.length === 0 && functions.length === 0) return []
  const texts = [...openers.map(({ text }) => text), ...functions.map(({ body }) => body)]
  const now = await readSession(instance, texts)
  const by = (pattern: RegExp) => {
    const callers = functions.filter(({ body }) => pattern.test(body)).map(({ name }) => name)
    return last(openers, pattern) ?? last(openers, anyOf(callers))
  }
  const leaks: string[] = []
  for (const channel of now.channels.filter((one) => !before.channels.includes(one))) {
    leaks.push(leak(`a LISTEN on ${channel}`, by(/\blisten\b/i)))
  }
  if (now.advisoryLocks > before.advisoryLocks) {
    leaks.push(leak('an advisory lock', by(/advisory/i)))
  }
  for (const [name, value] of Object.entries(now.settings)) {
    if (before.settings[name] === value) continue
    leaks.push(leak(`the setting ${name} = ${value}`, by(settingOf(name))))
  }
  return leaks
}

/** `SET TIME ZONE` and `SET SESSION AUTHORIZATION` contain spaces that the names do not. */
function settingOf(name: string): RegExp {
  const written = name === 'TimeZone' ? 'time\\s*zone' : name.replaceAll('.', '\\.')
  return new RegExp(`\\bset\\b.*${written.replaceAll('_', '[_\\s]')}|set_config`, 'i')
}

/** A pattern for the calls of functions. */
export function anyOf(names: readonly string[]): RegExp {
  const escaped = names.map((name) => name.replaceAll(/[^\w]/g, '\\$&'))
  return names.length === 0 ? /(?!)/ : new RegExp(`\\b(${escaped.join('|')})\\b`, 'i')
}

function last(openers: readonly Begun[], pattern: RegExp): Begun | undefined {
  return openers.findLast((begun) => pattern.test(begun.text))
}

function leak(what: string, begun: Begun | undefined): string {
  return begun ? `${what}, by\n${callSite(begun.at, 1)}` : what
}

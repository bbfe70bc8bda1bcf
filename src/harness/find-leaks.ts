import type { TestInstance } from './test-instance.js'
import { type Begun, callSite } from './watch-pglite.js'

/** What a session has that a test could leave behind. */
export interface SessionState {
  readonly channels: readonly string[]
  readonly advisoryLocks: number
  readonly settings: Readonly<Record<string, string>>
  /** Whether a function of the schema does such things, which a statement's text does not tell. */
  readonly functionsMayLeak: boolean
}

const sessionSql = `SELECT
  ARRAY(SELECT pg_listening_channels() ORDER BY 1) AS channels,
  (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS "advisoryLocks",
  (SELECT coalesce(json_object_agg(name, setting), '{}') FROM pg_settings
   WHERE source = 'session' AND name NOT LIKE 'transaction%') AS settings,
  EXISTS (SELECT 1 FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
     AND p.prosrc ~* 'set_config|advisory|\\mlisten\\M|(^|;|begin|then|loop)\\s+set\\M'
  ) AS "functionsMayLeak"`

/** Reads it from an instance in which no transaction is open. */
export async function readSessionState({ pglite }: TestInstance): Promise<SessionState> {
  const { rows } = await pglite.query<SessionState>(sessionSql)
  return rows[0]!
}

/**
 * What a test left open or changed, each with the line that did it: an open transaction, a query
 * in flight, a LISTEN, an advisory lock, a setting.
 *
 * @param before What the session had when the test began.
 */
export async function findLeaks(instance: TestInstance, before: SessionState): Promise<string[]> {
  const { inFlight } = instance.watch
  // Copied, since what is asked below is watched as well.
  const openers = [...instance.watch.openers]
  // A transaction of PGlite's own is in flight as long as its callback runs.
  const running = [...inFlight].map((begun) =>
    leak(
      begun.text === 'BEGIN' ? 'an open transaction' : `a query in flight: ${begun.text}`,
      begun,
    ),
  )
  if (running.length > 0) return running
  if (instance.pglite.isInTransaction()) {
    return [leak('an open transaction', last(openers, /\b(begin|start)\b/i))]
  }
  // Asking takes longer than the rewind does, and most tests do nothing of the kind.
  if (openers.length === 0 && !before.functionsMayLeak) return []
  const now = await readSessionState(instance)
  const leaks: string[] = []
  for (const channel of now.channels.filter((one) => !before.channels.includes(one))) {
    leaks.push(leak(`a LISTEN on ${channel}`, last(openers, /\blisten\b/i)))
  }
  if (now.advisoryLocks > before.advisoryLocks) {
    leaks.push(leak('an advisory lock', last(openers, /advisory/i)))
  }
  for (const [name, value] of Object.entries(now.settings)) {
    if (before.settings[name] === value) continue
    leaks.push(leak(`the setting ${name} = ${value}`, last(openers, settingOf(name))))
  }
  return leaks
}

const settingOf = (name: string) =>
  new RegExp(`\\bset\\b.*${name.replaceAll('.', '\\.')}|set_config`, 'i')

function last(openers: readonly Begun[], pattern: RegExp): Begun | undefined {
  return openers.findLast((begun) => pattern.test(begun.text))
}

function leak(what: string, begun: Begun | undefined): string {
  return begun ? `${what}, by\n${callSite(begun.at, 1)}` : what
}

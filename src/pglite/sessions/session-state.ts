import type { PGlite } from '@electric-sql/pglite'
import {
  type FoundState,
  sessionStateOf,
  sessionStateSql,
  setterFunctionsSql,
} from '../../database/index.js'
import type { EngineCalls } from './engine-calls.js'
import { errorResponse, parameterStatus } from './protocol-messages.js'

/** The settings that a server reports to its clients, with their values. */
export type Reported = FoundState['reported']

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
  const [, row] = await engine.query(`${own}; ${sessionStateSql([...customNames])}`)
  return sessionStateOf(row![0]!)
}

/** Reads the session of code that calls PGlite itself. */
export async function readOwnState(
  pglite: PGlite,
  customNames: readonly string[],
): Promise<FoundState> {
  // A setting with its own value is no change. A client may set it over a default of its own.
  const sql = sessionStateSql(customNames, 'setting IS DISTINCT FROM reset_val')
  const { rows } = await pglite.query<{ state: string }>(sql)
  return sessionStateOf(rows[0]!.state)
}

/** A function of the project that may change a session, which no statement that calls it shows. */
export interface SetterFunction {
  readonly name: string
  readonly body: string
}

/** Reads the functions that may change a session. */
export async function readSetterFunctions(pglite: PGlite): Promise<readonly SetterFunction[]> {
  return (await pglite.query<SetterFunction>(setterFunctionsSql())).rows
}

/**
 * The reports of changed settings, as from a server, and the notices that only this server sends.
 */
export function changesToReport(
  before: Reported,
  now: Reported,
  hasMoreToRemove: boolean,
): Buffer[] {
  const reports = [...now]
    .filter(([name, value]) => before.get(name) !== value)
    .map(([name, value]) => parameterStatus(name, value))
  if (hasMoreToRemove) {
    const message = 'temporary tables and cursors WITH HOLD are seen by all sessions of a PGlite'
    reports.push(errorResponse('WARNING', { code: '01000', message }))
  }
  return reports
}

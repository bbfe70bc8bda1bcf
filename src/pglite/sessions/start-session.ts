import { changeState, hasSetting, quoteLiteral } from '../../database/index.js'
import type { EngineSession } from './engine-session.js'
import type { SharedEngine } from './shared-engine.js'
import type { StartPacket } from './startup.js'
import { fatal } from './wire-error.js'

type Start = Extract<StartPacket, { kind: 'start' }>

const startSql = ({ user, database }: Start) => `SELECT
  pg_catalog.current_database() = ${quoteLiteral(database)},
  ${quoteLiteral(user)} = (SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 10),
  (SELECT rolcanlogin FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(user)}),
  (SELECT pg_catalog.json_agg(setting ORDER BY setdatabase, setrole) FROM
    pg_catalog.pg_db_role_setting LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = setrole,
    pg_catalog.unnest(setconfig) AS setting
    WHERE setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database
      WHERE datname = pg_catalog.current_database()))
    AND (setrole = 0 OR rolname = ${quoteLiteral(user)}))`

/**
 * Gives a session that has the turn what a new one has: the settings of its role and database, and
 * those that its client asks for.
 *
 * @throws WireError FATAL for a user or database that is not there, or a setting that cannot be.
 */
export async function startSession(
  engine: SharedEngine,
  session: EngineSession,
  start: Start,
): Promise<void> {
  const [row] = await engine.query(startSql(start))
  const [isDatabase, isOwner, canLogin, configured] = row!
  if (isOwner !== 't' && canLogin === null) {
    throw fatal('28000', `role "${start.user}" does not exist`)
  }
  if (isOwner !== 't' && canLogin !== 't') {
    throw fatal('28000', `role "${start.user}" is not permitted to log in`)
  }
  if (isDatabase !== 't') throw fatal('3D000', `database "${start.database}" does not exist`)
  const settings = new Map<string, string>()
  for (const pair of JSON.parse(configured ?? '[]') as string[]) {
    const cut = pair.indexOf('=')
    settings.set(pair.slice(0, cut), pair.slice(cut + 1))
  }
  for (const [name, value] of start.settings) {
    settings.set(name, value)
    if (name.includes('.')) session.customNames.add(name)
  }
  if (isOwner !== 't') settings.set('session_authorization', start.user)
  const sql = changeState(session.state, { settings, prepared: new Map() })
  try {
    if (sql !== '') await engine.query(sql)
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    throw fatal(code, message)
  }
  session.reported = await engine.keeper.read(session)
  // A RESET goes back to the others as well: their values are those of the engine.
  session.defaults = new Map([...settings].filter(([name]) => hasSetting(session.state, name)))
}

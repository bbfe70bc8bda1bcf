import {
  changeState,
  factsOf,
  quoteLiteral,
  type Session,
  sessionStateOf,
  sessionStateSql,
  setterFunctionsSql,
  settingsSetIn,
} from '../database/index.js'
import type { MigrationScript } from './migration.js'

/**
 * Whether a file may change the session state; without a transaction, its runner does. A function
 * that a file creates, calls and drops or replaces is gone when the functions are read again.
 */
function mayChange({ text, transaction }: MigrationScript): boolean {
  const { any, statements } = factsOf(text)
  const hides = statements.some(({ words, facts }) => {
    const isCreated = words[0] === 'create' && words[1] !== 'or'
    return facts.changesFunctions && !isCreated
  })
  return !transaction || any.changesSession === true || hides
}

/** Words without which no function is found that may change a session; a query costs more. */
const setterWords = /set|discard|prepare|advisory|listen|temp|hold|(curr|last)val/i

const changesFunctions = ({ text }: MigrationScript): boolean =>
  factsOf(text).any.changesFunctions === true && setterWords.test(text)

/** What a restored session has besides the state that every part of driftpin reads. */
interface SessionStart {
  readonly user: string
  readonly hasTemporary: boolean
  /** Whether a function of the database may change the state of a session. */
  readonly hasSetters: boolean
}

const hasSettersSql = `EXISTS (${setterFunctionsSql('\\m(curr|last)val\\M')}) AS "hasSetters"`

const startSql = `SELECT session_user::text AS user,
  EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema()
    UNION ALL SELECT FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema()
    UNION ALL SELECT FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema()
  ) AS "hasTemporary",
  ${hasSettersSql}`

/**
 * Records the state of a session and returns a function that restores it after a file. Every
 * migration begins with the same session state, so that it does the same whether it runs alone or
 * after others.
 *
 * Restored are all settings, the role and the session user. Prepared statements and cursors made
 * since are removed, and so are temporary objects, unless the session had temporary objects of its
 * own. The values that `currval` and `lastval` return are forgotten.
 *
 * RESET ALL cannot be used: the connection may belong to the application, and PGlite, like many
 * applications, has changed settings itself.
 *
 * @param scripts The files that will run. Nothing is restored after a file if neither the file nor
 * a function that exists then can have changed the state. Custom settings, such as `app.tenant`,
 * are restored only if one of the files sets them by name, because PostgreSQL does not list them.
 */
export async function recordSession(
  recorded: Session,
  scripts: readonly MigrationScript[],
): Promise<(session: Session, after?: MigrationScript) => Promise<void>> {
  const { rows } = await recorded.query<SessionStart>(startSql)
  const { user, hasTemporary } = rows[0]!
  // Every insert may change what a later file reads of a sequence, also in a function's body.
  let hasSetters = rows[0]!.hasSetters || scripts.some(({ text }) => /(curr|last)val/i.test(text))
  if (!hasSetters && !scripts.some((one) => mayChange(one) || changesFunctions(one))) {
    return async () => {}
  }
  const stateSql = sessionStateSql([...new Set(scripts.flatMap(({ text }) => settingsSetIn(text)))])
  const read = async (session: Session) =>
    sessionStateOf((await session.query<{ state: string }>(stateSql)).rows[0]!.state)
  const before = await read(recorded)
  // In PGlite, RESET SESSION AUTHORIZATION has no effect, because nobody has logged in.
  const resetUser = `RESET SESSION AUTHORIZATION;
SELECT pg_catalog.set_config('session_authorization', name, false)
FROM (SELECT ${quoteLiteral(user)}) AS recorded (name) WHERE session_user <> name`
  const discard = `DISCARD SEQUENCES${hasTemporary ? '' : '; DISCARD TEMP'}`
  return async (session, after) => {
    if (after && changesFunctions(after) && !hasSetters) {
      const found = await session.query<SessionStart>(`SELECT ${hasSettersSql}`)
      hasSetters = found.rows[0]!.hasSetters
    }
    if (after && !hasSetters && !mayChange(after)) return
    // The user and the role that a file has set may have no right to see all settings.
    await session.script(`${resetUser}; RESET ROLE; ${discard}`)
    const now = await read(session)
    const prepared = new Map([...before.prepared].filter(([name]) => now.prepared.has(name)))
    const cursors = now.removals.filter(
      (sql) => sql.startsWith('CLOSE ') && !before.removals.includes(sql),
    )
    const change = changeState(now, { settings: before.settings, prepared }, { resetUser })
    const commands = [change, ...cursors].filter((sql) => sql !== '')
    if (commands.length > 0) await session.script(commands.join(';\n'))
  }
}

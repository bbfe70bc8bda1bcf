import type { Session } from '../database/index.js'

/**
 * Notes what is set in a session, and returns what puts it back. Files set things, such as a dump
 * from pg_dump, which empties the search_path, and the connection may be the application's own.
 *
 * RESET ALL would not do: PGlite, like many an application, has set something itself, and a
 * setting of the application's own making (`app.user`) is listed nowhere.
 */
export async function keepSettings(session: Session): Promise<() => Promise<void>> {
  const { rows } = await session.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'",
  )
  const { rows: users } = await session.query<{ role: string; user: string }>(
    "SELECT pg_catalog.current_setting('role') AS role, session_user::text AS user",
  )
  const { role, user } = users[0]!
  return async () => {
    // Whom a file made the session's user may be allowed nothing of what follows. In a PGlite this
    // does nothing, since nobody has logged in to it, so that the user is set as well.
    await session.script('RESET SESSION AUTHORIZATION')
    // The unnest of two arrays is syntax, and has no schema.
    await session.query(
      `SELECT pg_catalog.set_config('session_authorization', $4, false)
       WHERE session_user <> $4::text
       UNION ALL
       SELECT pg_catalog.set_config('role', $3, false)
       UNION ALL
       SELECT pg_catalog.set_config(name, coalesce(kept.setting, s.reset_val), false)
       FROM pg_catalog.pg_settings s
       LEFT JOIN unnest($1::text[], $2::text[]) AS kept (name, setting) USING (name)
       WHERE s.setting IS DISTINCT FROM coalesce(kept.setting, s.reset_val)
         AND (s.source = 'session' OR kept.name IS NOT NULL)`,
      [rows.map(({ name }) => name), rows.map(({ setting }) => setting), role, user],
    )
  }
}

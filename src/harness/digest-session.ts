import { usedCatalogsSql } from './digest-objects.js'

/** What ALTER ROLE and ALTER DATABASE set, as rows of (part, name, value). */
export const roleSettingsSql = `SELECT 'settings' AS part,
       CASE d.setrole WHEN 0 THEN 'all roles'
                      ELSE 'role ' || pg_catalog.quote_ident(r.rolname) END
       || CASE d.setdatabase WHEN 0 THEN '' ELSE ' in this database' END,
       (SELECT pg_catalog.string_agg(c, ', ' ORDER BY c COLLATE pg_catalog."C")
        FROM pg_catalog.unnest(d.setconfig) c)
FROM pg_catalog.pg_db_role_setting d
LEFT JOIN pg_catalog.pg_roles r ON r.oid = d.setrole
WHERE d.setdatabase = 0 OR d.setdatabase = (SELECT b.oid FROM pg_catalog.pg_database b
                                            WHERE b.datname = pg_catalog.current_database())`

/**
 * The settings and the state of the session, as an object of names and values for each part, with
 * the server's version and which catalogs it uses. `$1` has the names of settings that are asked
 * for one by one. It runs before digest.ts sets a search path, so that it qualifies what it calls.
 *
 * Left out of the settings are those that no statement changes: of the server's build and start,
 * such as its port and folders (internal, postmaster). The characteristics of the transaction are
 * of the one that the digest itself may have begun. What ALTER SYSTEM wrote counts at once, loaded
 * or not. The portal without a name is this statement's own.
 */
export const sessionSql = `
SELECT part, pg_catalog.jsonb_object_agg(name, value) AS entries,
       pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000 AS major,
       ${usedCatalogsSql} AS catalogs
FROM (
  SELECT 'settings' AS part, s.name, s.setting AS value
  FROM pg_catalog.pg_settings s
  WHERE s.context NOT IN ('internal', 'postmaster')
    AND s.name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
  UNION ALL
  SELECT 'settings', n, pg_catalog.current_setting(n, true)
  FROM pg_catalog.unnest($1::pg_catalog.text[]) n
  UNION ALL
  SELECT 'settings', 'ALTER SYSTEM ' || f.name, pg_catalog.string_agg(f.setting, ', ')
  FROM pg_catalog.pg_file_settings f
  WHERE f.sourcefile LIKE '%postgresql.auto.conf' GROUP BY f.name
  UNION ALL
  ${roleSettingsSql}
  UNION ALL
  SELECT 'session', 'current user', current_user
  UNION ALL
  SELECT 'session', 'session user', session_user
  UNION ALL
  SELECT 'session', 'prepared statement ' || pg_catalog.quote_ident(p.name),
         p.statement || ' ' || p.parameter_types::pg_catalog.text
  FROM pg_catalog.pg_prepared_statements p
  UNION ALL
  SELECT 'session', 'cursor ' || pg_catalog.quote_ident(c.name),
         ROW(c.statement, c.is_holdable, c.is_binary, c.is_scrollable)::pg_catalog.text
  FROM pg_catalog.pg_cursors c WHERE c.name <> ''
  UNION ALL
  SELECT 'session', 'listening on ' || pg_catalog.quote_ident(l), ''
  FROM pg_catalog.pg_listening_channels() l
  UNION ALL
  SELECT 'session', 'advisory lock ' || ROW(l.classid, l.objid, l.objsubid)::pg_catalog.text,
         pg_catalog.string_agg(l.mode, ', ' ORDER BY l.mode)
  FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'advisory' AND l.granted
    AND l.database = (SELECT b.oid FROM pg_catalog.pg_database b
                      WHERE b.datname = pg_catalog.current_database())
  GROUP BY l.classid, l.objid, l.objsubid
) found
GROUP BY part`

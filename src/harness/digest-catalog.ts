import { accessList } from './digest-access-list.js'
import { objectsSql, restSql } from './digest-objects.js'
import { relationsSql } from './digest-relations.js'
import { roleSettingsSql } from './digest-session.js'

/**
 * One statement for all that is not rows: an object of names and hashes for each part. It wants
 * the search path of digest.ts, so that every other name comes qualified.
 *
 * Oids from 16384 on are those of objects that were made after initdb. Toast tables and their
 * indexes are how PostgreSQL stores a table, and temporary schemas of others are not ours to read.
 */
export function catalogSql(major: number, usedCatalogs: readonly string[]): string {
  return `
${relationsOf('MATERIALIZED')}, entry (unit, part, name, definition) AS (
${relationsSql}

UNION ALL
${objectsSql}

UNION ALL
${restSql(major, usedCatalogs)}

UNION ALL
${rolesSql}

UNION ALL
${largeObjectsSql}

UNION ALL
SELECT r.oid, 'tables', r.name, '' FROM relation r
WHERE r.relkind IN ('r', 'm') AND r.relispopulated

UNION ALL
SELECT r.oid, 'sequences', r.name, '' FROM relation r WHERE r.relkind = 'S'
), hashed AS (
  SELECT part, name, ${hashSql} AS hash FROM entry GROUP BY part, name
)
SELECT part, jsonb_object_agg(name, hash) AS entries FROM hashed GROUP BY part`
}

/**
 * The entries of the part `catalog` for each object by its oid, all of them or those in `$1`,
 * without what {@link restUnitSql} has.
 */
export function unitsSql(only: 'some' | 'all'): string {
  // Only where it is not made whole first can the server look up the few that are asked for.
  return `${relationsOf(only === 'some' ? 'NOT MATERIALIZED' : 'MATERIALIZED')},
entry (unit, part, name, definition) AS (
${relationsSql}

UNION ALL
${objectsSql}
)
SELECT unit::text, name, ${hashSql} AS hash
FROM entry ${only === 'some' ? 'WHERE unit = ANY($1)' : ''} GROUP BY unit, name`
}

/** The same for what is no object of its own, with roles and their settings. */
export function restUnitSql(major: number, usedCatalogs: readonly string[]): string {
  return `${relationsOf('MATERIALIZED')}, entry (unit, part, name, definition) AS (
${restSql(major, usedCatalogs)}

UNION ALL
${rolesSql}

UNION ALL
SELECT 0::oid, setting.* FROM (${roleSettingsSql}) setting
)
SELECT unit::text, part || ' ' || name AS name, ${hashSql} AS hash
FROM entry GROUP BY unit, part, name`
}

const hashSql = `encode(sha256(convert_to(
           string_agg(definition, chr(10) ORDER BY definition COLLATE "C"), 'UTF8')), 'hex')`

const relationsOf = (materialized: 'MATERIALIZED' | 'NOT MATERIALIZED') => `
WITH schema AS MATERIALIZED (
  SELECT n.oid, CASE n.oid WHEN pg_my_temp_schema() THEN 'pg_temp'
                           ELSE quote_ident(n.nspname) END AS name
  FROM pg_namespace n
  WHERE NOT pg_is_other_temp_schema(n.oid) AND NOT starts_with(n.nspname::text, 'pg_toast')
), relation AS ${materialized} (
  SELECT c.*, s.name || '.' || quote_ident(c.relname) AS name,
         CASE WHEN c.relkind = 'v' THEN 'view' WHEN c.relkind = 'm' THEN 'materialized view'
              WHEN c.relkind = 'S' THEN 'sequence' WHEN c.relkind IN ('i', 'I') THEN 'index'
              WHEN c.relkind = 'c' THEN 'type' WHEN c.relkind = 'f' THEN 'foreign table'
              ELSE 'table' END AS kind
  FROM pg_class c
  JOIN schema s ON s.oid = c.relnamespace
  WHERE c.oid >= 16384
)`

// A password is no part of it: it is stored with a random salt, never the same twice.
const rolesSql = `
SELECT 0::oid, 'roles', quote_ident(a.rolname),
       ROW(to_jsonb(a) - array['oid', 'rolpassword', 'rolconfig', 'rolname'],
           shobj_description(a.oid, 'pg_authid'))::text
FROM pg_roles a WHERE a.oid >= 16384 OR NOT starts_with(a.rolname::text, 'pg_')

UNION ALL
SELECT 0::oid, 'roles', format('%I as a member of %I', pg_get_userbyid(m.member),
                       pg_get_userbyid(m.roleid)),
       ROW(to_jsonb(m) - array['oid', 'roleid', 'member', 'grantor'],
           pg_get_userbyid(m.grantor))::text
FROM pg_auth_members m`

// The server numbers them, differently for the same statements, so that the content is the name.
const largeObjectsSql = `
SELECT 0::oid, 'largeObjects',
       encode(sha256(coalesce(pages.content, '')), 'hex'),
       ROW(pg_get_userbyid(o.lomowner), obj_description(o.oid, 'pg_largeobject'),
           ${accessList('o.lomacl', "acldefault('L', o.lomowner)")})::text
FROM pg_largeobject_metadata o
LEFT JOIN (SELECT l.loid, string_agg(int4send(l.pageno) || sha256(l.data), '' ORDER BY l.pageno)
                    AS content
           FROM pg_largeobject l GROUP BY l.loid) pages ON pages.loid = o.oid`

import { firstOid } from './fact-source.js'
import { plainCatalogsOf, rareComments } from './rest-sources.js'

/** A catalog, which object a row of it tells about, and which of its rows facts are read from. */
const stamped: readonly (readonly [catalog: string, unit: string, where: string])[] = [
  ['pg_class', 'oid', `oid >= ${firstOid} AND relkind <> 't'`],
  ['pg_attribute', 'attrelid', `attrelid >= ${firstOid} AND attnum > 0`],
  ['pg_attrdef', 'adrelid', `adrelid >= ${firstOid}`],
  ['pg_inherits', 'inhrelid', `inhrelid >= ${firstOid}`],
  ['pg_index', 'indexrelid', `indexrelid >= ${firstOid}`],
  ['pg_sequence', 'seqrelid', `seqrelid >= ${firstOid}`],
  ['pg_foreign_table', 'ftrelid', `ftrelid >= ${firstOid}`],
  ['pg_constraint', 'oid', `oid >= ${firstOid}`],
  // A trigger that enforces a foreign key belongs to the key.
  ['pg_trigger', 'CASE WHEN tgisinternal THEN tgconstraint ELSE oid END', `oid >= ${firstOid}`],
  ['pg_rewrite', 'oid', `oid >= ${firstOid}`],
  ['pg_rewrite', 'ev_class', `ev_class >= ${firstOid}`],
  ['pg_policy', 'oid', `oid >= ${firstOid}`],
  ['pg_statistic_ext', 'oid', `oid >= ${firstOid}`],
  ['pg_proc', 'oid', `oid >= ${firstOid}`],
  ['pg_type', 'oid', `oid >= ${firstOid} AND (typcategory <> 'A' OR typtype = 'd')`],
  ['pg_enum', 'enumtypid', `enumtypid >= ${firstOid}`],
  ['pg_extension', 'oid', 'true'],
  ['pg_description', 'objoid', `objoid >= ${firstOid}`],
  ['pg_description', '0::oid', rareComments],
  ...plainCatalogsOf(18).map((name) => [name, '0::oid', `oid >= ${firstOid}`] as const),
  ['pg_namespace', '0::oid', 'true'],
  ['pg_ts_config_map', '0::oid', `mapcfg >= ${firstOid}`],
  ['pg_class', '0::oid', `oid < ${firstOid} AND relacl IS NOT NULL`],
  ['pg_proc', '0::oid', `oid < ${firstOid} AND proacl IS NOT NULL`],
  ['pg_database', '0::oid', 'true'],
  ['pg_shdescription', '0::oid', 'true'],
  ['pg_authid', '0::oid', 'true'],
  ['pg_auth_members', '0::oid', 'true'],
  ['pg_db_role_setting', '0::oid', 'true'],
]

/**
 * Reads all units, each with the number of its rows and whether one of them was written since the
 * transaction `$1`. A unit with the same number of rows, none of which was written, is unchanged,
 * because a changed row is written again. The statement also returns, for every table, its file and
 * the number of updated or deleted rows, the approximate number of rows of all tables, and the
 * transaction to pass next time. It works only on the embedded engine, because the list of catalogs
 * depends on the version.
 */
export const stateSql = `
WITH row_of (unit, age) AS (
${stamped
  .map(([catalog, unit, where]) => `SELECT ${unit}, age(xmin) FROM ${catalog} x WHERE ${where}`)
  .join('\nUNION ALL ')}
), unit_of AS (
  SELECT unit, count(*) AS rows, min(age) AS age FROM row_of GROUP BY unit
)
SELECT (SELECT json_agg(json_build_array(unit::bigint, rows, age <= age($1))) FROM unit_of) AS units,
       (SELECT coalesce(json_agg(json_build_array(oid::bigint, relfilenode
            || '+' || pg_stat_get_tuples_updated(oid) || '+' || pg_stat_get_tuples_deleted(oid))), '[]')
        FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= ${firstOid}) AS changes,
       (SELECT coalesce(sum(pg_stat_get_live_tuples(oid)), 0)::integer
        FROM pg_class WHERE relkind = 'r' AND oid >= ${firstOid}) AS "liveRows",
       (pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295)::text AS transaction`

import { laterCatalogs, plainCatalogs, whereMade } from './digest-objects.js'

/** The unit of all that has none of its own; no object has this oid. */
export const restUnit = '0'

/** A catalog, which object a row of it tells about, and which of its rows the digest looks at. */
const sources: readonly (readonly [catalog: string, unit: string, where: string])[] = [
  ['pg_class', 'oid', "oid >= 16384 AND relkind <> 't'"],
  ['pg_attribute', 'attrelid', 'attrelid >= 16384 AND attnum > 0'],
  ['pg_attrdef', 'adrelid', 'adrelid >= 16384'],
  ['pg_inherits', 'inhrelid', 'inhrelid >= 16384'],
  ['pg_index', 'indexrelid', 'indexrelid >= 16384'],
  ['pg_sequence', 'seqrelid', 'seqrelid >= 16384'],
  ['pg_constraint', 'oid', 'oid >= 16384'],
  // Those that enforce a foreign key are told with the key.
  ['pg_trigger', 'CASE WHEN tgisinternal THEN tgconstraint ELSE oid END', 'oid >= 16384'],
  ['pg_rewrite', 'oid', 'oid >= 16384'],
  ['pg_rewrite', 'ev_class', 'ev_class >= 16384'],
  ['pg_policy', 'oid', 'oid >= 16384'],
  ['pg_statistic_ext', 'oid', 'oid >= 16384'],
  ['pg_proc', 'oid', 'oid >= 16384'],
  ['pg_type', 'oid', "oid >= 16384 AND typcategory <> 'A'"],
  ['pg_enum', 'enumtypid', 'enumtypid >= 16384'],
  ['pg_description', 'objoid', "objoid >= 16384 OR objoid = 'public'::regnamespace"],
  ...plainCatalogs.map((name) => [name, '0::oid', whereMade(name)] as const),
  ...laterCatalogs.map(({ name }) => [name, '0::oid', whereMade(name)] as const),
  ['pg_namespace', '0::oid', 'true'],
  ['pg_ts_config_map', '0::oid', 'mapcfg >= 16384'],
  ['pg_class', '0::oid', 'oid < 16384 AND relacl IS NOT NULL'],
  ['pg_proc', '0::oid', 'oid < 16384 AND proacl IS NOT NULL'],
  ['pg_database', '0::oid', 'true'],
  ['pg_shdescription', '0::oid', 'true'],
  ['pg_authid', '0::oid', 'true'],
  ['pg_auth_members', '0::oid', 'true'],
  ['pg_db_role_setting', '0::oid', 'true'],
]

/**
 * Which units have a catalog row that was written since a transaction, as `unit:rows,unit:rows`
 * with how many rows each has now; how many rows all units have; the transaction to ask with the
 * next time; and for every table its file and how many of its rows were updated or deleted, in the
 * same form; and about how many rows all tables hold. `$1` is that transaction, `$2` whether to
 * give all units.
 *
 * A unit that is not among them, and has as many rows as then, has the very same ones: a row that
 * changed is one that was written again. It is for the embedded engine alone, whose version it
 * knows.
 */
export const stampsSql = `
WITH row_of (unit, written) AS (
${sources
  .map(([name, unit, where]) => `SELECT ${unit}, age(xmin) FROM ${name} x WHERE ${where}`)
  .join('\nUNION ALL ')}
), unit_of AS MATERIALIZED (
  SELECT unit, count(*) AS rows, min(written) AS written FROM row_of GROUP BY unit
)
SELECT (SELECT sum(rows)::integer FROM unit_of) AS rows,
       (SELECT string_agg(unit || ':' || rows, ',') FROM unit_of
        WHERE $2 OR written <= (SELECT age($1))) AS units,
       (pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295)::text AS transaction,
       (SELECT string_agg(oid || ':' || relfilenode || '+' || pg_stat_get_tuples_updated(oid)
                          || '+' || pg_stat_get_tuples_deleted(oid), ',')
        FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384) AS tables,
       (SELECT coalesce(sum(pg_stat_get_live_tuples(oid)), 0)::integer
        FROM pg_class WHERE relkind = 'r' AND oid >= 16384) AS live`

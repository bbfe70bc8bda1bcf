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
  // Those that enforce a foreign key are told with the key.
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

const catalogs = [...new Set(stamped.map(([catalog]) => catalog))]

const rowsSql = (more: (catalog: string, unit: string) => string) =>
  stamped
    .map(
      ([catalog, unit, where]) =>
        `SELECT ${unit}, age(xmin) FROM ${catalog} x WHERE (${where})${more(catalog, unit)}`,
    )
    .join('\nUNION ALL ')

/**
 * The units of which a catalog row was written since the transaction `$1`, as `unit:rows,unit:rows`
 * with how many rows each has; it looks for them in the catalogs `$2` alone.
 */
export const writtenUnitsSql = `
WITH written (unit, age) AS (
${rowsSql((catalog) => ` AND '${catalog}' = ANY ($2) AND age(xmin) <= (SELECT age($1))`)}
), row_of (unit, age) AS (
${rowsSql((_, unit) => ` AND ${unit} = ANY (ARRAY(SELECT unit FROM written))`)}
)
SELECT string_agg(unit || ':' || rows, ',') AS units
FROM (SELECT unit, count(*) AS rows FROM row_of GROUP BY unit) unit_of`

/**
 * All units, as {@link writtenUnitsSql} has them, and those of them of which a row was written
 * since the transaction `$1`, as `unit,unit`.
 */
export const allUnitsSql = `
WITH row_of (unit, age) AS (
${rowsSql(() => '')}
), unit_of AS MATERIALIZED (
  SELECT unit, count(*) AS rows, min(age) AS age FROM row_of GROUP BY unit
)
SELECT string_agg(unit || ':' || rows, ',') AS all,
       string_agg(unit::text, ',') FILTER (WHERE age <= (SELECT age($1))) AS written
FROM unit_of`

/**
 * What tells whether there is anything to look for, each as `key:value,key:value`: for every
 * catalog how many of its rows were written, and how many deleted; for every table its file and
 * how many of its rows were updated or deleted. Then the transaction to ask with the next time, and
 * about how many rows all tables hold.
 *
 * A unit of which no row was written, and of whose catalogs none lost a row, has the very same rows
 * as before: one that changed was written again. It is for the embedded engine alone, whose version
 * it knows.
 */
export const countersSql = `
SELECT (SELECT string_agg(relname || ':' || pg_stat_get_tuples_inserted(oid)
                          + pg_stat_get_tuples_updated(oid), ',')
        FROM pg_class WHERE oid = ANY ('{${catalogs}}'::regclass[])) AS written,
       (SELECT string_agg(relname || ':' || pg_stat_get_tuples_deleted(oid), ',')
        FROM pg_class WHERE oid = ANY ('{${catalogs}}'::regclass[])) AS deleted,
       (pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295)::text AS transaction,
       (SELECT string_agg(oid || ':' || relfilenode || '+' || pg_stat_get_tuples_updated(oid)
                          || '+' || pg_stat_get_tuples_deleted(oid), ',')
        FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= ${firstOid}) AS tables,
       (SELECT coalesce(sum(pg_stat_get_live_tuples(oid)), 0)::integer
        FROM pg_class WHERE relkind = 'r' AND oid >= ${firstOid}) AS live`

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

const catalogs = [...new Set(sources.map(([catalog]) => catalog))]

const rowsOf = (more: (catalog: string, unit: string) => string) =>
  sources
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
${rowsOf((catalog) => ` AND '${catalog}' = ANY ($2) AND age(xmin) <= (SELECT age($1))`)}
), row_of (unit, age) AS (
${rowsOf((_, unit) => ` AND ${unit} = ANY (ARRAY(SELECT unit FROM written))`)}
)
SELECT string_agg(unit || ':' || rows, ',') AS units
FROM (SELECT unit, count(*) AS rows FROM row_of GROUP BY unit) unit_of`

/**
 * All units, as {@link writtenUnitsSql} has them, and those of them of which a row was written
 * since the transaction `$1`, as `unit,unit`.
 */
export const allUnitsSql = `
WITH row_of (unit, age) AS (
${rowsOf(() => '')}
), unit_of AS MATERIALIZED (
  SELECT unit, count(*) AS rows, min(age) AS age FROM row_of GROUP BY unit
)
SELECT string_agg(unit || ':' || rows, ',') AS all,
       string_agg(unit::text, ',') FILTER (WHERE age <= (SELECT age($1))) AS written
FROM unit_of`

/**
 * What tells whether there is anything to look for, each as `key:value,key:value`: for every
 * catalog how many of its rows were written, and how many deleted; for every table its file and
 * how many of its rows were updated or deleted; and for every table how many columns it ever had.
 * Then the transaction to ask with the next time, and about how many
 * rows all tables hold.
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
        FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384) AS tables,
       (SELECT string_agg(oid || ':' || relnatts, ',')
        FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384) AS columns,
       (SELECT coalesce(sum(pg_stat_get_live_tuples(oid)), 0)::integer
        FROM pg_class WHERE relkind = 'r' AND oid >= 16384) AS live`

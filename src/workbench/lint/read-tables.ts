import type { Queryable } from '../../database/index.js'
import { tableKeyOf } from './syntax-tree.js'

/** A column, and what two columns that mirror each other have in common. */
interface ColumnFacts {
  readonly name: string
  /** Type, nullability, default and the like, in words to compare and to show. */
  readonly shape: string
}

export interface ForeignKeyFacts {
  /** Its number in the catalog: a later one is greater. */
  readonly oid: bigint
  readonly name: string
  readonly columns: readonly string[]
  /** The key of the table it refers to. */
  readonly references: string
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'
  /** The conditions of the indexes that begin with its columns; empty for one without. */
  readonly indexConditions: readonly string[]
}

export interface TableFacts {
  /** See {@link tableKeyOf}. */
  readonly key: string
  readonly columns: readonly ColumnFacts[]
  readonly foreignKeys: readonly ForeignKeyFacts[]
}

interface TableRow {
  schema: string
  name: string
  columns: ColumnFacts[]
  keys: (Omit<ForeignKeyFacts, 'oid' | 'references'> & {
    oid: string
    references: string
    schema: string
  })[]
}

/** Every table of every schema, without partitions, which have what their parent has. */
export async function readTables(queryable: Queryable): Promise<TableFacts[]> {
  const { rows } = await queryable.query<TableRow>(tablesSql)
  return rows.map(({ schema, name, columns, keys }) => ({
    key: tableKeyOf(schema, name),
    columns,
    foreignKeys: keys.map(({ oid, schema: other, references, ...key }) => ({
      ...key,
      oid: BigInt(oid),
      references: tableKeyOf(other, references),
    })),
  }))
}

// An index serves a foreign key if it is whole, can be searched for equal values, and begins with
// the columns of the key in any order. A part of them is enough for a unique one: one row is found
// by it. An expression has the number 0, so that it is no column of the key.
const tablesSql = `
SELECT n.nspname::text AS schema, c.relname::text AS name,
       (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                 'name', a.attname,
                 'shape', pg_catalog.concat_ws(' ',
                   pg_catalog.format_type(a.atttypid, a.atttypmod),
                   CASE WHEN a.attcollation <> t.typcollation
                        THEN 'COLLATE ' || a.attcollation::pg_catalog.regcollation END,
                   CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                   CASE WHEN a.attgenerated <> '' THEN 'GENERATED AS'
                        WHEN a.atthasdef THEN 'DEFAULT' END,
                   pg_catalog.pg_get_expr(d.adbin, d.adrelid),
                   CASE WHEN a.attidentity <> '' THEN 'IDENTITY' END)
               ) ORDER BY a.attnum), '[]')
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                 'oid', k.oid::bigint::text,
                 'name', k.conname,
                 'columns', (SELECT pg_catalog.jsonb_agg(m.attname ORDER BY key.place)
                             FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, place)
                             JOIN pg_catalog.pg_attribute m
                               ON m.attrelid = c.oid AND m.attnum = key.attnum),
                 'references', f.relname,
                 'schema', fn.nspname,
                 'onDelete', CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
                             WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                             WHEN 'd' THEN 'set default' END,
                 'indexConditions', (
                   SELECT coalesce(pg_catalog.jsonb_agg(
                            coalesce(pg_catalog.pg_get_expr(x.indpred, x.indrelid), '')), '[]')
                   FROM pg_catalog.pg_index x
                   JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
                   JOIN pg_catalog.pg_am am ON am.oid = i.relam
                   WHERE x.indrelid = c.oid AND x.indisvalid AND am.amname IN ('btree', 'hash')
                     AND (SELECT count(*) FILTER (
                                   WHERE lead.place <= pg_catalog.cardinality(k.conkey)
                                     AND lead.attnum = ANY (k.conkey))
                                   = pg_catalog.cardinality(k.conkey)
                                 OR (x.indisunique
                                     AND pg_catalog.bool_and(lead.attnum = ANY (k.conkey)))
                          FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS lead (attnum, place)
                          WHERE lead.place <= x.indnkeyatts))
               ) ORDER BY k.conname), '[]')
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0) AS keys
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname`

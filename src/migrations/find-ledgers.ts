import type { Queryable } from '../database/index.js'
import { Ledger } from './ledger.js'

/** Every table of a database that is a ledger by its columns and may be read, in any schema. */
export async function findLedgers(database: Queryable): Promise<Ledger[]> {
  const { rows } = await database.query<{ schema: string; table: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS table
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind = 'r' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
       AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
       AND (a.attname, a.atttypid) IN (('version', 'int8'::pg_catalog.regtype),
                                       ('name', 'text'::pg_catalog.regtype),
                                       ('checksum', 'text'::pg_catalog.regtype),
                                       ('applied_at', 'timestamptz'::pg_catalog.regtype),
                                       ('duration_ms', 'float8'::pg_catalog.regtype))
     GROUP BY n.nspname, c.relname HAVING count(*) = 5
     ORDER BY n.nspname, c.relname`,
  )
  return rows.map(({ schema, table }) => new Ledger(schema, table))
}

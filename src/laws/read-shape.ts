import type { Queryable } from '../database/database.js'
import { type Catalog, readCatalog } from '../migrations/read-catalog.js'

/** All that a migration can make in a schema. */
export interface Shape {
  readonly catalog: Catalog
  /** The default expression of each column, by `table.column`. */
  readonly defaults: Readonly<Record<string, string>>
  /** Relations, routines, triggers and other types, each as a line, sorted. */
  readonly others: readonly string[]
}

/** Reads the whole shape of a schema: two that are equal were made alike. */
export async function readShape(queryable: Queryable): Promise<Shape> {
  const { rows } = await queryable.query<{ line: string }>(othersSql, [queryable.schema])
  return {
    catalog: await readCatalog(queryable),
    defaults: await readDefaults(queryable),
    others: rows.map(({ line }) => line),
  }
}

/** The default expression of every column that has one, by `table.column`. */
export async function readDefaults(queryable: Queryable): Promise<Record<string, string>> {
  const { rows } = await queryable.query<{ name: string; expression: string }>(
    `SELECT c.relname || '.' || a.attname AS name,
            replace(pg_get_expr(d.adbin, d.adrelid), quote_ident($1) || '.', '') AS expression
     FROM pg_catalog.pg_attrdef d
     JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
     WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)`,
    [queryable.schema],
  )
  return Object.fromEntries(rows.map(({ name, expression }) => [name, expression]))
}

/** Names only where the catalog has the rest; the text of what has a body. */
const othersSql = `
WITH here AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
SELECT line COLLATE "C" AS line FROM (
  SELECT relkind::text || ' ' || relname AS line
  FROM pg_catalog.pg_class JOIN here ON relnamespace = here.oid
  UNION ALL
  SELECT 'routine ' || oid::pg_catalog.regprocedure || ' ' || pg_catalog.md5(prosrc)
  FROM (SELECT p.* FROM pg_catalog.pg_proc p JOIN here ON p.pronamespace = here.oid) routine
  UNION ALL
  SELECT 'trigger ' || t.tgname || ' on ' || c.relname || ' ' || t.tgtype || ' ' || t.tgenabled::text
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN here ON c.relnamespace = here.oid
  WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'type ' || typname || ' ' || typtype::text
  FROM pg_catalog.pg_type JOIN here ON typnamespace = here.oid
  WHERE typtype IN ('d', 'r') OR (typtype = 'c' AND EXISTS (
    SELECT FROM pg_catalog.pg_class c WHERE c.oid = typrelid AND c.relkind = 'c'))
) lines
ORDER BY 1`

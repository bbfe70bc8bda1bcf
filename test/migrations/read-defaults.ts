import type { Queryable } from '../../src/index.js'

/** The default expression of every column that has one, by `table.column`. */
export async function readDefaults(queryable: Queryable): Promise<Record<string, string>> {
  const { rows } = await queryable.query<{ column: string; expression: string }>(
    `SELECT c.relname || '.' || a.attname AS column,
            replace(pg_get_expr(d.adbin, d.adrelid), quote_ident($1) || '.', '') AS expression
     FROM pg_attrdef d
     JOIN pg_class c ON c.oid = d.adrelid
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
     WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)
     ORDER BY 1`,
    [queryable.schema],
  )
  return Object.fromEntries(rows.map(({ column, expression }) => [column, expression]))
}

import type { Queryable } from '../database/database.js'
import { quoteIdentifier } from '../database/quote-identifier.js'

/** A column as the catalog has it. */
export interface CatalogColumn {
  readonly name: string
  /** As `format_type` prints it, such as `bigint`; the bare name for an enum of the schema. */
  readonly type: string
  readonly nullable: boolean
  readonly hasDefault: boolean
  /** GENERATED ALWAYS AS IDENTITY: the database alone gives it a value. */
  readonly generated: boolean
  readonly comment: string
}

/** A constraint as the catalog has it. NOT NULL is a property of the column, not one of these. */
interface CatalogConstraint {
  readonly name: string
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check'
  readonly columns: readonly string[]
  readonly definition: string
  /**
   * For a foreign key: the table it refers to, if that is in the schema, and what a delete does.
   */
  readonly references: string | null
  /** For a foreign key: the columns it refers to, in the order of `columns`. */
  readonly referencedColumns: readonly string[]
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default' | null
}

interface CatalogIndex {
  readonly name: string
  readonly definition: string
  readonly columns: readonly string[]
  readonly valid: boolean
}

export interface CatalogTable {
  readonly name: string
  readonly unlogged: boolean
  readonly comment: string
  /** In their order in the table. */
  readonly columns: readonly CatalogColumn[]
  readonly constraints: readonly CatalogConstraint[]
  readonly indexes: readonly CatalogIndex[]
}

interface CatalogEnum {
  readonly name: string
  readonly comment: string
  /** In their order in the type. */
  readonly values: readonly string[]
}

/** What a schema consists of, by name: the same for the same schema on every server. */
export interface Catalog {
  readonly tables: readonly CatalogTable[]
  readonly enums: readonly CatalogEnum[]
}

/**
 * Reads what is in the schema of a database.
 *
 * @example
 * ```ts
 * const { tables } = await readCatalog(database)
 * for (const table of tables) console.log(table.name, table.comment)
 * ```
 */
export async function readCatalog(queryable: Queryable): Promise<Catalog> {
  const values = [queryable.schema]
  return await queryable.transaction(async (transaction) => {
    // PostgreSQL leaves the schema out of a definition when it is the one that is searched.
    const { rows: before } = await transaction.query<{ path: string }>(
      "SELECT pg_catalog.current_setting('search_path') AS path",
    )
    const search = (path: string) =>
      transaction.query("SELECT pg_catalog.set_config('search_path', $1, true)", [path])
    await search(`${quoteIdentifier(queryable.schema)}, pg_temp`)
    const { rows: tables } = await transaction.query<CatalogTable>(tablesSql, values)
    const { rows: enums } = await transaction.query<CatalogEnum>(enumsSql, values)
    await search(before[0]!.path)
    return { tables, enums }
  })
}

/** The tables whose rows belong to one chat, by name, with the column that says to which. */
export async function readChatScopedTables(
  queryable: Queryable,
): Promise<{ readonly table: string; readonly column: string }[]> {
  const { tables } = await readCatalog(queryable)
  return tables.flatMap(({ name, constraints }) =>
    constraints
      .filter(({ references, onDelete }) => references === 'chats' && onDelete === 'cascade')
      .map(({ columns }) => ({ table: name, column: columns[0]! })),
  )
}

// Everything is sorted by bytes, and no oid or attnum is shown: those differ from run to run.
const tablesSql = `
WITH here AS (
  SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1
)
SELECT c.relname::text COLLATE "C" AS name,
       c.relpersistence = 'u' AS unlogged,
       coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') AS comment,
       (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                 'name', a.attname,
                 'type', CASE WHEN t.typnamespace = (SELECT oid FROM here) THEN t.typname::text
                              ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END,
                 'nullable', NOT a.attnotnull,
                 'hasDefault', a.atthasdef OR a.attidentity <> '',
                 'generated', a.attidentity = 'a',
                 'comment', coalesce(pg_catalog.col_description(c.oid, a.attnum), '')
               ) ORDER BY a.attnum), '[]')
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                 'name', k.conname,
                 'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
                                        WHEN 'f' THEN 'foreign key' ELSE 'check' END,
                 'columns', (SELECT coalesce(pg_catalog.jsonb_agg(m.attname ORDER BY key.place), '[]')
                             FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, place)
                             JOIN pg_catalog.pg_attribute m ON m.attrelid = c.oid AND m.attnum = key.attnum),
                 'definition', pg_catalog.pg_get_constraintdef(k.oid),
                 'references', (SELECT f.relname FROM pg_catalog.pg_class f
                                WHERE f.oid = k.confrelid AND f.relnamespace = c.relnamespace),
                 'referencedColumns', (
                   SELECT coalesce(pg_catalog.jsonb_agg(m.attname ORDER BY key.place), '[]')
                   FROM unnest(k.confkey) WITH ORDINALITY AS key (attnum, place)
                   JOIN pg_catalog.pg_attribute m ON m.attrelid = k.confrelid AND m.attnum = key.attnum),
                 'onDelete', CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
                             WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                             WHEN 'd' THEN 'set default' END
               ) ORDER BY k.conname::text COLLATE "C"), '[]')
        FROM pg_catalog.pg_constraint k
        WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c')) AS constraints,
       (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                 'name', i.relname,
                 'definition', pg_catalog.pg_get_indexdef(x.indexrelid, 0, true),
                 'columns', (SELECT coalesce(pg_catalog.jsonb_agg(m.attname ORDER BY key.place), '[]')
                             FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS key (attnum, place)
                             JOIN pg_catalog.pg_attribute m ON m.attrelid = c.oid AND m.attnum = key.attnum),
                 'valid', x.indisvalid
               ) ORDER BY i.relname::text COLLATE "C"), '[]')
        FROM pg_catalog.pg_index x
        JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
        WHERE x.indrelid = c.oid) AS indexes
FROM pg_catalog.pg_class c
WHERE c.relnamespace = (SELECT oid FROM here) AND c.relkind IN ('r', 'p')
ORDER BY 1`

const enumsSql = `
SELECT t.typname::text COLLATE "C" AS name,
       coalesce(pg_catalog.obj_description(t.oid, 'pg_type'), '') AS comment,
       pg_catalog.array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS values
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
WHERE t.typnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1)
GROUP BY t.oid, t.typname
ORDER BY 1`

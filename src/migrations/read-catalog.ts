import type { Queryable } from '../database/index.js'
import type { SchemaManifest } from '../schema/index.js'
import { enumsSql } from './manifest-objects-sql.js'
import { tablesSql } from './manifest-tables-sql.js'
import { readingSchema } from './read-manifest.js'

/** The tables of a schema and its enum types, as a manifest has them. */
export type Catalog = Pick<SchemaManifest, 'tables' | 'enums'>

/**
 * Reads what is in the schema of a database, the ledger included, in a transaction that is rolled
 * back: the part of {@link readManifest} that whoever writes rows has to know.
 *
 * @example
 * ```ts
 * const { tables } = await readCatalog(database)
 * for (const table of tables) console.log(table.name, table.comment)
 * ```
 */
export async function readCatalog(queryable: Queryable): Promise<Catalog> {
  const { schema } = queryable
  return await readingSchema(queryable, schema, async (rowsOf) => ({
    tables: await rowsOf<Catalog['tables'][number]>(tablesSql, schema, []),
    enums: await rowsOf<Catalog['enums'][number]>(enumsSql, schema),
  }))
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

import type { Queryable } from '../database/database.js'
import { quoteIdentifier } from '../database/quote-identifier.js'
import {
  type Catalog,
  type CatalogColumn,
  type CatalogTable,
  readCatalog,
} from '../migrations/read-catalog.js'

type InsertedRow = Readonly<Record<string, unknown>>

/** A value that a type of our columns always takes, as SQL. */
function anyValue({ type }: CatalogColumn, catalog: Catalog, quoted: (name: string) => string) {
  const enumType = catalog.enums.find(({ name }) => name === type)
  if (enumType) return `'${enumType.values[0]}'::${quoted(type)}`
  const values: Record<string, string> = {
    uuid: 'gen_random_uuid()',
    'timestamp with time zone': 'now()',
    jsonb: `'{"filled": true}'`,
    bytea: `'\\x01'`,
    boolean: 'false',
  }
  return values[type] ?? '1'
}

/**
 * Gives a chat a row in every chat-scoped table that has none for it yet, and in whatever those
 * rows refer to. Which tables there are is read from the catalog, so that a table that is added
 * tomorrow is filled too.
 *
 * @returns The names of the tables that got a row, in the order of insertion.
 */
export async function fillChat(queryable: Queryable, chatId: string): Promise<string[]> {
  const catalog = await readCatalog(queryable)
  const schema = quoteIdentifier(queryable.schema)
  const quoted = (name: string) => `${schema}.${quoteIdentifier(name)}`
  const rows = new Map<string, InsertedRow>([['chats', { id: chatId }]])
  const inserted: string[] = []

  const rowOf = async (name: string): Promise<InsertedRow> => {
    const known = rows.get(name)
    if (known) return known
    const table = catalog.tables.find((one) => one.name === name)!
    const row = (await existingRow(table)) ?? (await insertRow(table))
    rows.set(name, row)
    return row
  }

  const existingRow = async (table: CatalogTable): Promise<InsertedRow | undefined> => {
    const column = chatColumn(table)
    if (!column) return undefined
    const { rows } = await queryable.query<InsertedRow>(
      `SELECT * FROM ${quoted(table.name)} WHERE ${quoteIdentifier(column)} = $1 LIMIT 1`,
      [chatId],
    )
    return rows[0]
  }

  const insertRow = async (table: CatalogTable): Promise<InsertedRow> => {
    const referenced = new Map<string, unknown>()
    for (const { references, columns, referencedColumns } of table.constraints) {
      if (references === null) continue
      const parent = await rowOf(references)
      columns.forEach((column, index) => {
        referenced.set(column, parent[referencedColumns[index]!])
      })
    }
    const needed = table.columns.filter(
      ({ name, nullable, hasDefault }) => referenced.has(name) || !(nullable || hasDefault),
    )
    const values = [...referenced.values()]
    const places = new Map([...referenced.keys()].map((name, index) => [name, `$${index + 1}`]))
    const { rows } = await queryable.query<InsertedRow>(
      `INSERT INTO ${quoted(table.name)} (${needed.map(({ name }) => quoteIdentifier(name))})
       VALUES (${needed.map((column) => places.get(column.name) ?? anyValue(column, catalog, quoted))})
       RETURNING *`,
      values,
    )
    inserted.push(table.name)
    return rows[0]!
  }

  for (const table of catalog.tables) if (chatColumn(table)) await rowOf(table.name)
  return inserted
}

/** The column that makes a table chat-scoped, if it is. */
function chatColumn({ constraints }: CatalogTable): string | undefined {
  return constraints.find((one) => one.references === 'chats' && one.onDelete === 'cascade')
    ?.columns[0]
}

import {
  type Catalog,
  type ManifestColumn,
  type ManifestTable,
  mustBeGiven,
  readCatalog,
  type ScopedTable,
  scopedTables,
} from '../catalog/index.js'
import { type Queryable, quoteIdentifier, sqlState } from '../database/index.js'
import { DriftpinError, messageOf } from '../errors.js'

type InsertedRow = Readonly<Record<string, unknown>>

/** A value that a type of our columns always takes, as SQL; another for every `nth` row. */
function anyValue(
  { type }: ManifestColumn,
  nth: number,
  catalog: Catalog,
  quoted: (name: string) => string,
): string {
  const enumType = catalog.enums.find(({ name }) => [name, quoteIdentifier(name)].includes(type))
  if (enumType)
    return `'${enumType.values[nth % enumType.values.length]}'::${quoted(enumType.name)}`
  const values: Record<string, string> = {
    uuid: 'gen_random_uuid()',
    jsonb: `'{"filled": ${nth + 1}}'`,
    bytea: `'\\x${(nth + 1).toString(16).padStart(2, '0')}'`,
    boolean: 'false',
    inet: "'127.0.0.1'",
    cidr: "'127.0.0.1'",
  }
  if (values[type]) return values[type]
  if (type.endsWith('[]')) return "'{}'"
  if (type.endsWith('range')) return "'empty'"
  // Dates and times are assigned to each other, but for intervals, which are like numbers here.
  if (/^(date|time)/.test(type)) return 'now()'
  // A literal without a type becomes what the column has: a number, a text, a bit.
  return `'${nth + 1}'`
}

/** Options of {@link fillChat}. */
export interface FillOptions {
  /** The catalog of the schema, where the caller has read it already. */
  readonly catalog?: Catalog
  /** The tables to fill, each with the column of its chat; the chat-scoped ones by default. */
  readonly tables?: readonly ScopedTable[]
  /** How many rows each chat-scoped table gets, by its name and its place; 1 by default. */
  readonly rowsIn?: (table: string, place: number) => number
}

/**
 * Gives a chat rows in every chat-scoped table that has none for it yet, and in whatever those
 * rows refer to. Which tables there are is read from the catalog, so that a table that is added
 * tomorrow is filled too. One that can have a single row for a chat gets at most one, and one that
 * rows of another refer to gets at least one then.
 *
 * @returns The names of the tables that got rows, in the order of insertion.
 */
export async function fillChat(
  queryable: Queryable,
  chatId: string,
  { catalog: known, tables, rowsIn = () => 1 }: FillOptions = {},
): Promise<string[]> {
  const catalog = known ?? (await readCatalog(queryable))
  const schema = quoteIdentifier(queryable.schema)
  const quoted = (name: string) => `${schema}.${quoteIdentifier(name)}`
  const scoped = tables ?? scopedTables(catalog, 'chats')
  const chatColumn = (table: string) => scoped.find(({ name }) => name === table)?.column ?? null
  const rows = new Map<string, InsertedRow[]>([['chats', [{ id: chatId }]]])
  const inserted = new Set<string>()

  /** The rows of a table that there are or shall be; at least `least` of them. */
  const rowsOf = async (name: string, least: number): Promise<readonly InsertedRow[]> => {
    const table = catalog.tables.find((one) => one.name === name)!
    const made = rows.get(name) ?? (await existingRows(table))
    rows.set(name, made)
    const place = scoped.findIndex((one) => one.name === name)
    const asked = place < 0 ? least : Math.max(least, rowsIn(name, place))
    const most = name === 'chats' || hasOneRow(table, chatColumn(name)) ? 1 : asked
    if (place >= 0 && made.length > 0) return made
    while (made.length < Math.min(asked, most)) made.push(await insertRow(table, made.length))
    return made
  }

  const existingRows = async (table: ManifestTable): Promise<InsertedRow[]> => {
    const column = chatColumn(table.name)
    if (column === null) return []
    const { rows } = await queryable.query<InsertedRow>(
      `SELECT * FROM ${quoted(table.name)} WHERE ${quoteIdentifier(column)} = $1 LIMIT 3`,
      [chatId],
    )
    return rows
  }

  const insertRow = async (table: ManifestTable, nth: number): Promise<InsertedRow> => {
    const referenced = new Map<string, unknown>()
    const chat = chatColumn(table.name)
    if (chat !== null) referenced.set(chat, chatId)
    for (const { references, columns, referencedColumns } of table.constraints) {
      // A key to a table of another schema is left to its owner.
      if (!catalog.tables.some(({ name }) => name === references)) continue
      // A row of its own to refer to, since a key may be made of what is referred to.
      const isScoped = scoped.some(({ name }) => name === references)
      const parents = await rowsOf(references!, isScoped || references === 'chats' ? 1 : nth + 1)
      const parent = parents[nth % parents.length]!
      columns.forEach((column, index) => {
        referenced.set(column, parent[referencedColumns[index]!])
      })
    }
    const needed = table.columns.filter(
      (column) => referenced.has(column.name) || mustBeGiven(column),
    )
    const values = [...referenced.values()]
    const places = new Map([...referenced.keys()].map((name, index) => [name, `$${index + 1}`]))
    const sqlOf = (column: ManifestColumn) =>
      places.get(column.name) ?? anyValue(column, nth, catalog, quoted)
    const { rows } = await queryable
      .query<InsertedRow>(
        `INSERT INTO ${quoted(table.name)} (${needed.map(({ name }) => quoteIdentifier(name))})
         VALUES (${needed.map(sqlOf)})
         RETURNING *`,
        values,
      )
      .catch((error) => {
        throw refusedRow(table, needed, error)
      })
    inserted.add(table.name)
    return rows[0]!
  }

  for (const table of scoped) await rowsOf(table.name, 0)
  return [...inserted]
}

/** Class 22 and 23, and 42804: the values that were made up are no values for this table. */
function refusedRow({ name }: ManifestTable, columns: readonly ManifestColumn[], error: unknown) {
  const state = sqlState(error)
  if (!state || !/^(22|23|42804)/.test(state)) return error
  const made = columns.map((column) => `${column.name} ${column.type}`).join(', ')
  const why = messageOf(error)
  return new DriftpinError(
    'invalid_input',
    `No row of ${name} can be generated (${why}; SQLSTATE ${state}). Values were generated for ` +
      `${made}. Give a default to each column that accepts only certain values.`,
    error,
  )
}

/** Whether a key of the table lets a chat have one row only. */
function hasOneRow({ constraints }: ManifestTable, column: string | null): boolean {
  return constraints.some(
    ({ kind, columns }) =>
      (kind === 'primary key' || kind === 'unique') && columns.every((one) => one === column),
  )
}

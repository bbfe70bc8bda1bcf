import {
  type Catalog,
  type ManifestColumn,
  ownersWithoutCascade,
  readCatalog,
  type ScopedTable,
  scopedTables,
} from '../catalog/index.js'
import { type Queryable, quoteIdentifier } from '../database/index.js'
import { canonicalJson } from './model/text.js'

/** The table of chats, and the name of the key of a chat in other tables. */
export const chats = { owner: 'chats', column: 'chat_id' } as const

/** A jsonb or bytea value of more bytes than this is read as a hash, because it takes too long. */
export const valueBytesMax = 16 * 1024

/**
 * A row, with each value as text or null: times in UTC with six decimals, bytes in hexadecimal, and
 * `sha256 ` with the hash for a large value.
 *
 * @example
 * ```ts
 * const titleOf = ({ values }: StoredRow) => values.title ?? ''
 * ```
 */
export interface StoredRow {
  /** The values by column, as text; null for NULL. */
  readonly values: Readonly<Record<string, string | null>>
  /** All values as one text. */
  readonly text: string
  /** Position and transactions of the row version: they change if it is written or locked. */
  readonly place: string
}

/** The rows of one table by their primary key. */
export type TableRows = ReadonlyMap<string, StoredRow>

/**
 * The rows of a whole schema by table.
 *
 * @example
 * ```ts
 * const count = (rows: Rows, table: string) => rows.get(table)?.size ?? 0
 * ```
 */
export type Rows = ReadonlyMap<string, TableRows>

const noRows: TableRows = new Map()

/** The rows of a table by key; none if the schema does not have the table. */
export const rowsOf = (rows: Rows, table: string): TableRows => rows.get(table) ?? noRows

/**
 * Reads all rows of a schema, in one statement that is generated from its catalog.
 *
 * @example
 * ```ts
 * const reader: RowReader = await openRowReader(database, { except: [], prepared: false })
 * const rows = await reader.read(database)
 * ```
 */
export interface RowReader {
  /** The catalog when the reader was opened. */
  readonly catalog: Catalog
  /** By table, the column that refers to the chat of a row, even if its key does not cascade. */
  readonly chatColumns: ReadonlyMap<string, string>
  read(queryable: Queryable): Promise<Rows>
}

/**
 * Reads the catalog of a schema, so that all rows of all its tables can be read again and again.
 *
 * @param options.except Tables to leave out, such as the ledger.
 * @param options.prepared Prepares the statement in the session, which must be the only one.
 * Planning a statement over all tables takes longer than running it.
 *
 * @example
 * ```ts
 * const reader = await openRowReader(database, { except: ['driftpin_migrations'], prepared: true })
 * const before = await reader.read(database)
 * ```
 */
export async function openRowReader(
  queryable: Queryable,
  options: { readonly except: readonly string[]; readonly prepared: boolean },
): Promise<RowReader> {
  const { except, prepared } = options
  const catalog = await readCatalog(queryable)
  const tables = catalog.tables
    .filter(({ name }) => !except.includes(name))
    .map(({ name, columns, constraints }) => ({
      name,
      columns,
      key: constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [],
    }))
  const schema = quoteIdentifier(queryable.schema)
  // Arrays, because a function takes at most 100 arguments.
  const parts = tables.map(({ name, columns }) => {
    const place = "one.ctid::text || ' ' || one.xmin::text || ' ' || one.xmax::text"
    const values = [place, ...columns.map(asText)]
    return `(SELECT coalesce(json_agg(ARRAY[${values.join(', ')}]), '[]')
      FROM ${schema}.${quoteIdentifier(name)} one)`
  })
  const text = `SELECT to_json(ARRAY[${parts.join(', ')}]::json[]) AS tables`
  const name = quoteIdentifier(`laws of ${queryable.schema}`)
  if (prepared) await queryable.query(`PREPARE ${name} AS ${text}`)
  const sql = prepared ? `EXECUTE ${name}` : text
  const read = async (from: Queryable): Promise<Rows> => {
    const { rows } = await from.query<{ tables: (string | null)[][][] }>(sql)
    const found = rows[0]!.tables
    return new Map(
      tables.map(({ name, columns, key }, nth) => [
        name,
        byId(found[nth]!.map((record) => keyed(record, columns, key))),
      ]),
    )
  }
  const chatColumns = new Map(
    tablesOfChats(catalog).flatMap(({ name, column }) => (column ? [[name, column]] : [])),
  )
  return { catalog, chatColumns, read }
}

/** The tables whose rows belong to chats, even if their key to a chat is missing. */
export function tablesOfChats(catalog: Catalog): ScopedTable[] {
  const scoped = scopedTables(catalog, chats.owner)
  const isIdOfChat = ({ name, type }: ManifestColumn) => name === chats.column && type === 'uuid'
  const others = ownersWithoutCascade(catalog, chats).filter(
    ({ table, column }) =>
      column === chats.column &&
      !scoped.some(({ name }) => name === table) &&
      catalog.tables.some(({ name, columns }) => name === table && columns.some(isIdOfChat)),
  )
  return [...others.map(({ table, column }) => ({ name: table, column })), ...scoped]
}

function keyed(
  [place, ...texts]: (string | null)[],
  columns: readonly ManifestColumn[],
  key: readonly string[],
): [string, StoredRow] {
  const values: Record<string, string | null> = {}
  columns.forEach(({ name, type }, index) => {
    const text = texts[index]!
    const isJson = type === 'jsonb' && text !== null && !text.startsWith('sha256 ')
    values[name] = isJson ? canonicalJson(JSON.parse(text)) : text
  })
  const text = JSON.stringify(values)
  // A table may have no primary key.
  const id = key.length > 0 ? idOf(values, key) : text
  return [id, { values, text, place: place! }]
}

/** The values of a key as one text, in which spaces are escaped except in the last value. */
export function idOf(values: StoredRow['values'], key: readonly string[]): string {
  const all = key.map((name) => values[name] ?? '')
  const before = all.slice(0, -1).map((value) => value.replaceAll(/[\\ ]/g, '\\$&'))
  return [...before, ...all.slice(-1)].join(' ')
}

/** Rows by their ids; rows with equal ids are numbered. */
export function byId(rows: Iterable<readonly [id: string, row: StoredRow]>): TableRows {
  const found = new Map<string, StoredRow>()
  for (const [id, row] of rows) {
    let [name, count] = [id, 1]
    while (found.has(name)) name = `${id} (${++count})`
    found.set(name, row)
  }
  return found
}

function asText({ name, type }: ManifestColumn): string {
  const column = `one.${quoteIdentifier(name)}`
  switch (type) {
    case 'timestamp with time zone':
      return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    case 'bytea':
      return `CASE WHEN octet_length(${column}) <= ${valueBytesMax} THEN encode(${column}, 'hex')
              ELSE 'sha256 ' || encode(sha256(${column}), 'hex') END`
    case 'jsonb':
      return `CASE WHEN octet_length(${column}::text) <= ${valueBytesMax} THEN ${column}::text
              ELSE 'sha256 ' || encode(sha256(convert_to(${column}::text, 'UTF8')), 'hex') END`
    default:
      return `${column}::text`
  }
}

/** Whether the database generates the numbers of a column from a sequence. */
export const isGenerated = ({ identity, default: made }: ManifestColumn): boolean =>
  identity !== null || (made?.startsWith('nextval(') ?? false)

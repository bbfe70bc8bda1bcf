import type { Queryable } from '../database/database.js'
import { quoteIdentifier } from '../database/quote-identifier.js'
import { chatColumn } from '../harness/fill-chat.js'
import { type Catalog, readCatalog } from '../migrations/read-catalog.js'
import type { ManifestColumn } from '../schema/manifest.js'
import { canonicalJson } from './model/replace.js'

/**
 * A jsonb value of more bytes than this is kept as a hash, or reading would be all that is done.
 */
export const jsonBytesMax = 16 * 1024

/**
 * A row, each value as text or null: times in UTC with six decimals, bytes in hexadecimal.
 *
 * @example
 * ```ts
 * const titleOf = ({ values }: StoredRow) => values.title ?? ''
 * ```
 */
export interface StoredRow {
  /** Each column, as text. */
  readonly values: Readonly<Record<string, string | null>>
  /** All values as one text. */
  readonly text: string
  /** Where the row version stands, and who wrote or locked it last: it changes with any of them. */
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

export const noRows: TableRows = new Map()

/**
 * Reads everything that a schema holds, in one statement that is made from its catalog.
 *
 * @example
 * ```ts
 * const reader: RowReader = await openRowReader(database, { except: [], prepared: false })
 * const rows = await reader.read(database)
 * ```
 */
export interface RowReader {
  /** What the schema had when it was opened. */
  readonly catalog: Catalog
  /** By table, the column that says to which chat a row belongs. */
  readonly chatColumns: ReadonlyMap<string, string>
  read(queryable: Queryable): Promise<Rows>
}

/**
 * Reads the catalog of a schema once, to read all rows of all its tables again and again.
 *
 * @param options.except Tables to leave out, such as the ledger.
 * @param options.prepared Prepares the statement in the session, which has to be the only one:
 * planning a statement over all tables takes longer than running it.
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
  const parts = tables.map(({ name, columns }) => {
    const values = columns.map((column) => asText(column))
    return `'${name}', (SELECT coalesce(json_agg(json_build_array(
      one.ctid::text || ' ' || one.xmin::text || ' ' || one.xmax::text, ${values.join(', ')})), '[]')
      FROM ${schema}.${quoteIdentifier(name)} one)`
  })
  const text = `SELECT json_build_object(${parts.join(', ')}) AS tables`
  const name = quoteIdentifier(`laws of ${queryable.schema}`)
  if (prepared) await queryable.query(`PREPARE ${name} AS ${text}`)
  const sql = prepared ? `EXECUTE ${name}` : text
  const read = async (from: Queryable): Promise<Rows> => {
    const { rows } = await from.query<{ tables: Record<string, (string | null)[][]> }>(sql)
    const found = rows[0]!.tables
    return new Map(
      tables.map(({ name, columns, key }) => [
        name,
        new Map(found[name]!.map((record) => keyed(record, columns, key))),
      ]),
    )
  }
  const chatColumns = new Map(
    catalog.tables.flatMap((table) => {
      const column = chatColumn(table)
      return column ? [[table.name, column] as const] : []
    }),
  )
  return { catalog, chatColumns, read }
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
  // A table without a primary key has rows all the same.
  const id = key.length > 0 ? key.map((name) => values[name]).join(' ') : text
  return [id, { values, text, place: place! }]
}

function asText({ name, type }: ManifestColumn): string {
  const column = `one.${quoteIdentifier(name)}`
  switch (type) {
    case 'timestamp with time zone':
      return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    case 'bytea':
      return `CASE WHEN octet_length(${column}) <= ${jsonBytesMax} THEN encode(${column}, 'hex')
              ELSE 'sha256 ' || encode(sha256(${column}), 'hex') END`
    case 'jsonb':
      return `CASE WHEN octet_length(${column}::text) <= ${jsonBytesMax} THEN ${column}::text
              ELSE 'sha256 ' || encode(sha256(convert_to(${column}::text, 'UTF8')), 'hex') END`
    default:
      return `${column}::text`
  }
}

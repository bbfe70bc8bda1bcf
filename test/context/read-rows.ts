import type { Queryable, Row } from '../../src/index.js'
import type { DriftpinTables } from '../../src/schema/generated/tables.js'

/** What PostgreSQL keeps of a row beside its columns: who wrote, locked or moved it. */
export interface RowVersion {
  readonly xmin: string
  readonly xmax: string
  readonly ctid: string
}

/** The rows of a table that match, with their versions, in byte order of their text. */
export async function readRows<Table extends keyof DriftpinTables>(
  queryable: Queryable,
  table: Table,
  column: keyof Row<Table> & string,
  value: unknown,
): Promise<(Row<Table> & RowVersion)[]> {
  const { rows } = await queryable.query<Row<Table> & RowVersion>(
    `SELECT xmin::text, xmax::text, ctid::text, one.*
     FROM "${queryable.schema}"."${table}" one
     WHERE "${column}" = $1 ORDER BY one::text COLLATE "C"`,
    [value],
  )
  return rows
}

/** The row of one chat. */
export async function readChat(queryable: Queryable, id: string): Promise<Row<'chats'>> {
  const [row] = await readRows(queryable, 'chats', 'id', id)
  const { xmin, xmax, ctid, ...chat } = row!
  return chat
}

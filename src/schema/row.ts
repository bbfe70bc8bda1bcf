import type { DriftpinTables } from './generated/tables.js'

/**
 * A row of a table, as the adapters of driftpin return it.
 *
 * @example
 * ```ts
 * const text = 'SELECT * FROM chats WHERE id = $1'
 * const { rows } = await database.query<Row<'chats'>>(text, [chatId])
 * ```
 */
export type Row<Table extends keyof DriftpinTables> = {
  readonly [Name in keyof DriftpinTables<bigint>[Table]]: DriftpinTables<bigint>[Table][Name] extends {
    readonly __select__: infer Select
  }
    ? Select
    : never
}

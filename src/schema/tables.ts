import { type DriftpinTables, scopedTables } from './generated/tables.js'

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

/**
 * The tables whose rows belong to one chat and are deleted with it, according to the foreign keys.
 *
 * @example
 * ```ts
 * for (const table of chatScopedTables) await kysely.selectFrom(table).selectAll().execute()
 * ```
 */
export const chatScopedTables = scopedTables.chats

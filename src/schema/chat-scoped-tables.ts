import { scopedTables } from './generated/tables.js'

/**
 * The tables whose rows belong to one chat and are deleted with it, according to the foreign keys.
 *
 * @example
 * ```ts
 * for (const table of chatScopedTables) await kysely.selectFrom(table).selectAll().execute()
 * ```
 */
export const chatScopedTables = scopedTables.chats

import { scopedTables } from './generated/tables.js'

/**
 * The tables whose rows belong to one chat and go with it, as the foreign keys say.
 *
 * @example
 * ```ts
 * for (const table of chatScopedTables) await kysely.selectFrom(table).selectAll().execute()
 * ```
 */
export const chatScopedTables = scopedTables.chats

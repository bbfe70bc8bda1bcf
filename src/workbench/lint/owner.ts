import type { MigratedCatalog } from './migrated-catalog.js'
import { missingTable } from './missing-table.js'

/** A table whose rows own rows of others. */
export interface Owner {
  /** Its key in the catalog. */
  readonly table: string
  /** What its key is called in the tables of what it owns. */
  readonly column: string
}

/**
 * Finds the owner that `chats` or `app.chats` names, or `chats.chat_id` where the column is called
 * in another way: as much of the name as is a table, the rest being the column.
 *
 * @throws DriftpinError `invalid_input` where the migrations leave no such table.
 */
export function ownerCalled(name: string, { tables }: MigratedCatalog): Owner {
  const parts = name.replace(/^public\./, '').split('.')
  for (let length = parts.length; length > 0; length--) {
    const table = parts.slice(0, length).join('.')
    if (!tables.some(({ key }) => key === table)) continue
    const column = parts.slice(length).join('.') || `${singular(parts[length - 1]!)}_id`
    return { table, column }
  }
  throw missingTable(tables, name, 'owner')
}

function singular(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`
  if (/(?:ss|x|ch|sh)es$/.test(plural)) return plural.slice(0, -2)
  return /[^su]s$/.test(plural) ? plural.slice(0, -1) : plural
}

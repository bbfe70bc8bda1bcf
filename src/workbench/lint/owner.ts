/** A table whose rows own rows of others. */
export interface Owner {
  readonly table: string
  /** What its key is called in the tables of what it owns. */
  readonly column: string
}

/** Reads `chats`, or `chats.chat_id` where the column is called in another way. */
export function ownersOf(names: readonly string[]): Owner[] {
  return names.map((name) => {
    const [table = '', column = `${singular(table)}_id`] = name.split('.')
    return { table, column }
  })
}

function singular(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`
  if (/(?:ss|x|ch|sh)es$/.test(plural)) return plural.slice(0, -2)
  return /[^su]s$/.test(plural) ? plural.slice(0, -1) : plural
}

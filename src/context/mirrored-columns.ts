/**
 * The columns of a resource that a pin copies: all but the owner, the source, which is the key,
 * and the two times, which are the row's own. A test holds this list against the catalog.
 */
export const mirroredColumns = [
  'body_kind',
  'body',
  'content_hash',
  'size_bytes',
  'status',
  'error',
  'source_path',
] as const

/** Columns of a table alias, for a select list or a row comparison. */
export function columns(alias: string, names: readonly string[]): string {
  return names.map((name) => `${alias}.${name}`).join(', ')
}

/** The mirrored columns of a table alias. */
export function mirrored(alias: string): string {
  return columns(alias, mirroredColumns)
}

/** What ON CONFLICT DO UPDATE sets, besides `updated_at`. */
export const mirroredFromExcluded = mirroredColumns
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')

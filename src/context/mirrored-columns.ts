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

/** The mirrored columns of a table alias, for a select list. */
export function mirrored(alias: string): string {
  return mirroredColumns.map((column) => `${alias}.${column}`).join(', ')
}

/** What ON CONFLICT DO UPDATE sets, besides `updated_at`. */
export const mirroredFromExcluded = mirroredColumns
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')

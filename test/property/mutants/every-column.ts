/** The columns of a resource besides its key and times, as SQL reads them. */
export const everyColumn = (alias: string): string =>
  ['body_kind', 'body', 'content_hash', 'size_bytes', 'status', 'error', 'source_path']
    .map((name) => `${alias}.${name}`)
    .join(', ')

/** The codes of the errors of an embedded PostgreSQL. */
export type PgliteErrorCode =
  | 'engine_broken'
  | 'harness_closed'
  | 'image_damaged'
  | 'image_foreign'
  | 'image_unusable'
  | 'cache_unwritable'
  | 'rewind_impossible'

/**
 * The codes of the errors of the pool and the wire server.
 *
 * @example
 * ```ts
 * const code: ConnectionsErrorCode = 'listen_failed'
 * const isIt = (error: unknown) => error instanceof DriftpinError && error.code === code
 * ```
 */
export type ConnectionsErrorCode = 'listen_failed'

/** The codes of the errors of an embedded PostgreSQL. */
export type PgliteErrorCode =
  | 'engine_broken'
  | 'waits_for_itself'
  | 'harness_closed'
  | 'image_damaged'
  | 'image_foreign'
  | 'image_unusable'
  | 'cache_unwritable'
  | 'rewind_impossible'

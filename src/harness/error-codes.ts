import type { PgliteErrorCode } from '../pglite/index.js'

/**
 * The codes of the errors of the test harness.
 *
 * @example
 * ```ts
 * const code: HarnessErrorCode = 'test_leaked'
 * const isIt = (error: unknown) => error instanceof DriftpinError && error.code === code
 * ```
 */
export type HarnessErrorCode =
  | PgliteErrorCode
  | 'invalid_input'
  | 'harness_closed'
  | 'setup_failed'
  | 'seed_failed'
  | 'image_damaged'
  | 'image_foreign'
  | 'image_unusable'
  | 'test_leaked'
  | 'server_unusable'
  | 'migrations_unreadable'
  | 'migration_invalid'
  | 'migration_failed'
  | 'isolation_refused'
  | 'transaction_closed'

import type { MigrationErrorCode } from '../migrations/index.js'
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
  | MigrationErrorCode
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
  | 'isolation_refused'
  | 'transaction_closed'

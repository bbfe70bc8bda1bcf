import type { DatabaseErrorCode } from '../database/index.js'
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
  | DatabaseErrorCode
  | MigrationErrorCode
  | PgliteErrorCode
  | 'invalid_input'
  | 'harness_closed'
  | 'setup_failed'
  | 'seed_failed'
  | 'test_leaked'
  | 'server_unusable'
  | 'isolation_refused'
  | 'transaction_closed'

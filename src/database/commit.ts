import { DriftpinError } from '../errors.js'
import type { Statements } from './driver.js'
import { sqlState } from './sql-state.js'

/**
 * Sends COMMIT.
 *
 * If the server refuses it, for a deferred constraint or a serialization failure, the transaction
 * is rolled back and the server's error is thrown. After any other error it may have been
 * committed.
 *
 * @throws DriftpinError `outcome_unknown` with the reported error as the cause, and
 * `transaction_failed` if the server rolled back after an error that did not reach this code.
 */
export async function commit(statements: Pick<Statements, 'script'>): Promise<void> {
  let tags: readonly string[]
  try {
    tags = await statements.script('COMMIT')
  } catch (error) {
    if (isRefusal(error)) throw error
    throw new DriftpinError(
      'outcome_unknown',
      'The connection was lost while the transaction was being committed, so its outcome is ' +
        'unknown. Nothing was retried. Read the rows that it would have written, such as the chat. ' +
        'Repeat it if a second run changes nothing, as for a push of the same version.',
      error,
    )
  }
  if (tags.includes('ROLLBACK')) throw transactionFailed({ tags })
}

/**
 * Whether the server reported that it did not commit. A server that shuts down or ends the
 * connection (57P01 to 57P03), that panics, or that reports an unknown outcome (08 and 40003, with
 * which a pooler reports that it lost its server) may have committed before.
 */
function isRefusal(error: unknown): boolean {
  const state = sqlState(error)
  if (state === undefined || (error as { severity?: string }).severity === 'PANIC') return false
  return !/^(08...|40003|57P0[123])$/.test(state)
}

/** The message for a transaction that would be committed although a statement failed. */
export function transactionFailed(cause: unknown): DriftpinError {
  return new DriftpinError(
    'transaction_failed',
    'A statement of this transaction failed, so it was rolled back, although the callback caught ' +
      'the error. To continue after an error, run the statement in a nested transaction().',
    cause,
  )
}

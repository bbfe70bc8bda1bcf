import { DriftpinError } from '../errors.js'

/** What is said where a transaction would be committed of which a statement failed. */
export function transactionFailed(cause: unknown): DriftpinError {
  return new DriftpinError(
    'transaction_failed',
    'A statement of this transaction failed, so that it cannot be committed, although the ' +
      'callback caught the error. It was rolled back. To go on after an error, put what may ' +
      'fail in a nested transaction().',
    cause,
  )
}

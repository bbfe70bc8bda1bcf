import { DriftpinError, type ErrorCode } from '../../src/index.js'

/** The error that a call is refused with, which must be one of ours with a cause and this code. */
export async function refusal(call: Promise<unknown>, code: ErrorCode): Promise<DriftpinError> {
  const error = await call.then(
    () => new Error('It was not refused.'),
    (error: unknown) => error,
  )
  if (error instanceof DriftpinError && error.code === code && error.cause != null) return error
  throw new Error(`Expected a refusal with ${code} and a cause, and got ${error}`, { cause: error })
}

import { sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Outcome } from './law.js'

/**
 * An answer, or the code of a refusal.
 *
 * @param onBug What to make of what is neither a refusal nor SQL's.
 */
export async function outcomeOf(
  act: () => Promise<unknown>,
  onBug: (error: unknown) => Outcome,
): Promise<Outcome> {
  try {
    return { answer: await act() }
  } catch (error) {
    const isOwn = error instanceof DriftpinError
    const code = isOwn ? error.code : sqlState(error)
    if (code === undefined || !(error instanceof Error)) return onBug(error)
    const state = isOwn ? sqlState(error.cause) : undefined
    return { refusal: { code, message: error.message, state } }
  }
}

import { sqlState } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import { canonicalJson } from './model/text.js'

/**
 * The result of a call: an answer, or a refusal.
 *
 * @example
 * ```ts
 * const codeOf = (outcome: Outcome) => outcome.refusal?.code ?? 'done'
 * ```
 */
export type Outcome =
  | { readonly answer: unknown; readonly refusal?: undefined }
  | {
      readonly refusal: {
        /** The code of a DriftpinError, or a SQLSTATE. */
        readonly code: string
        readonly message: string
        /** The SQLSTATE of the error that caused a DriftpinError. */
        readonly state?: string | undefined
      }
    }

/**
 * Calls `execute`.
 *
 * @param onBug Called with an error that is neither a DriftpinError nor an error of PostgreSQL.
 */
export async function outcomeOf(
  execute: () => Promise<unknown>,
  onBug: (error: unknown) => Outcome,
): Promise<Outcome> {
  try {
    return { answer: await execute() }
  } catch (error) {
    const isOwn = error instanceof DriftpinError
    const code = isOwn ? error.code : sqlState(error)
    if (code === undefined || !(error instanceof Error)) return onBug(error)
    const state = isOwn ? sqlState(error.cause) : undefined
    return { refusal: { code, message: error.message, state } }
  }
}

/**
 * An answer as one text that can be compared with the model's: bytes in hexadecimal, and only the
 * id of a chat reference, because law 5 checks the owner.
 */
export function plainAnswer(answer: unknown): string {
  return canonicalJson(plain(answer))
}

/** An answer as {@link plainAnswer} prints it, or the code of a refusal. */
export function plainOutcome(outcome: Outcome): string {
  return outcome.refusal ? `refused: ${outcome.refusal.code}` : plainAnswer(outcome.answer)
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  if (isChatRef(value)) return value.id
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
}

/** Whether a value consists of exactly an id and an owner. */
export function isChatRef(value: object): value is { id: string; ownerId: string } {
  return 'id' in value && 'ownerId' in value && Object.keys(value).length === 2
}

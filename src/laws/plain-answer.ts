import type { Outcome } from './law.js'
import { canonicalJson } from './model/json.js'

/**
 * An answer as one text, comparable with the model's: bytes in hexadecimal, and of a chat its id,
 * since whose it is is looked at by law 5.
 */
export function plainAnswer(answer: unknown): string {
  return canonicalJson(plain(answer))
}

/** An answer as {@link plainAnswer} has it, or the code of a refusal. */
export function plainOutcome(outcome: Outcome): string {
  return outcome.refusal ? `refused: ${outcome.refusal.code}` : plainAnswer(outcome.answer)
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'bigint') return `${value}`
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  if (isChatRef(value)) return value.id
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
}

/** Exactly an id and an owner. */
export function isChatRef(value: object): value is { id: string; ownerId: string } {
  return 'id' in value && 'ownerId' in value && Object.keys(value).length === 2
}
